//! The register with its screens: a window on this thread, the register on its own, and a courier between them.

mod by_link;
mod courier;
mod device;
mod errands;
mod homes;

use std::path::PathBuf;
use std::sync::Arc;

use comptoir_core::paper::Width;
use comptoir_core::register::RegisterError;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;
use comptoir_ui::Till;
use comptoir_ui::device::Device;
use comptoir_ui::slint::{self, ComponentHandle};
use comptoir_ui::till::Reply;
use comptoir_ui::window::Screens;
use tokio::sync::mpsc;

use crate::devices::{NetworkPrinter, PictureFolder, Printer, PrinterAddress};
use crate::mail_secret::MailSecret;
use crate::{faults, platform};
use courier::{Courier, Hanging};
use device::Memory;
use homes::Homes;

/// What the screens are opened on.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The shop's folder.
    pub data: PathBuf,
    /// A receipt printer on the network; without one, papers lie as pictures in the shop's folder.
    pub printer: Option<PrinterAddress>,
}

/// Why the screens are not opened.
#[derive(Debug, thiserror::Error)]
pub enum ScreensError {
    /// The register does not open.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// There is no window to be had.
    #[error("no window: {0}")]
    Window(#[from] slint::PlatformError),
    /// The event loop has ended.
    #[error("no window: {0}")]
    EventLoop(#[from] slint::EventLoopError),
    /// The system gives no more threads.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl ScreensError {
    /// What is wrong, and what to do.
    pub fn message(&self) -> Message {
        match self {
            ScreensError::Register(error) => error.message(),
            ScreensError::Window(error) => message!(
                "No window can be opened: {why}. A desktop is needed, or try `comptoir demo`.",
                why = error.to_string()
            ),
            ScreensError::EventLoop(error) => message!(
                "No window can be opened: {why}. A desktop is needed, or try `comptoir demo`.",
                why = error.to_string()
            ),
            ScreensError::Io(error) => message!("The system refused: {why}. Try again.", why = error.to_string()),
        }
    }
}

/// Opens the register and its screens, and returns once the window is closed and the register has stopped.
pub fn run(opening: Opening, texts: &Translations) -> Result<(), ScreensError> {
    let homes = Homes::at(&opening.data);
    faults::end_on_a_fault(homes.own.clone(), texts.clone());
    let register = homes.go_on()?;
    let (replies, mut answered) = mpsc::unbounded_channel::<Reply>();
    let memory = Memory::within(&platform::state_folder());
    let mut device = memory.recall(Device { language: texts.language(), ..Device::default() });
    if let Some(address) = &opening.printer {
        device.printer = Some(address.to_string());
    }
    let post = Arc::new(move |reply| {
        // Once the window is closed nobody needs the answer.
        let _ = replies.send(reply);
    });
    let secret = MailSecret::within(&platform::state_folder(), Box::new(platform::MailSafe));
    let hanging = Hanging {
        memory,
        papers: opening.data.join("papers"),
        printer: device.printer.clone(),
        mail: device.mail.clone(),
        secret: Arc::new(secret),
    };
    let till = match register {
        Some(_) => Till::start_on(device),
        None => Till::welcome_on(device),
    };
    let courier = Courier::start(homes, register, hanging, texts.clone(), post)?;
    let hand = courier.hand();
    let screens = Screens::new(till, Box::new(move |orders| hand.take(orders)))?;
    let shown = screens.clone();
    slint::spawn_local(async move {
        while let Some(reply) = answered.recv().await {
            shown.take(reply);
        }
    })?;
    let shown = std::rc::Rc::downgrade(&screens);
    let second = slint::Timer::default();
    second.start(slint::TimerMode::Repeated, std::time::Duration::from_secs(1), move || {
        if let Some(screens) = shown.upgrade() {
            screens.update(comptoir_ui::Intent::Tick);
        }
    });
    screens.window().run()?;
    courier.end()?;
    Ok(())
}

/// The printer at an address, or a folder of pictures.
fn printer(address: Option<&str>, papers: PathBuf, width: Width) -> Box<dyn Printer> {
    match address.and_then(|address| address.parse::<PrinterAddress>().ok()) {
        Some(address) => Box::new(NetworkPrinter::new(address, width)),
        None => Box::new(PictureFolder::new(papers, width)),
    }
}
