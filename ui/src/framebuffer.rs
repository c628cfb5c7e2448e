//! A window without a desktop: Slint's software renderer draws into a frame buffer, and touches and keys are handed in.
//! What a phone or a bare screen needs; it is made of Slint's platform alone.
//!
//! One thread owns the screens: it lets [`Screen::turn`] run until nothing is left to do, hands the pixels to whatever
//! shows them, and waits for the next event no longer than [`Screen::rest`].

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use slint::platform::software_renderer::{MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType};
use slint::platform::{
    EventLoopProxy, Key, Platform, PointerEventButton, SetPlatformError, WindowAdapter, WindowEvent,
    duration_until_next_timer_update, set_platform, update_timers_and_animations,
};
use slint::{EventLoopError, LogicalPosition, PhysicalSize, PlatformError, SharedString};

/// What a finger or a key does.
#[derive(Clone, Debug, PartialEq)]
pub enum Touch {
    /// A finger is put down, in pixels from the top left.
    Down(f32, f32),
    /// It moves.
    Move(f32, f32),
    /// It is lifted.
    Up(f32, f32),
    /// What was begun is given up, as where the system takes the finger for itself.
    Cancel,
    /// A key is struck.
    Key(SharedString),
}

type Call = Box<dyn FnOnce() + Send>;

/// A screen of a device, on the thread that owns it.
pub struct Screen {
    window: Rc<MinimalSoftwareWindow>,
    pixels: RefCell<Vec<PremultipliedRgbaColor>>,
    calls: mpsc::Receiver<Call>,
    touches: RefCell<VecDeque<Touch>>,
    ended: Arc<Mutex<bool>>,
}

impl Screen {
    /// Makes this thread's windows ones of a frame buffer: as many pixels as the device has, so many to a length of Slint's.
    pub fn set_up(size: PhysicalSize, scale: f32) -> Result<Screen, SetPlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let (send, calls) = mpsc::channel();
        let ended = Arc::new(Mutex::new(false));
        let proxy = Proxy { calls: send, ended: ended.clone() };
        set_platform(Box::new(Device { window: window.clone(), proxy, began: Instant::now() }))?;
        let screen = Screen { window, pixels: RefCell::default(), calls, touches: RefCell::default(), ended };
        screen.resize(size, scale);
        Ok(screen)
    }

    /// The device was turned, or gave the till another part of its screen.
    pub fn resize(&self, size: PhysicalSize, scale: f32) {
        self.window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: scale });
        self.window.set_size(size);
        let count = usize::try_from(u64::from(size.width) * u64::from(size.height)).unwrap_or_default();
        *self.pixels.borrow_mut() = vec![PremultipliedRgbaColor::default(); count];
    }

    /// Takes what a finger or a key did; it is done in the next turn.
    pub fn touch(&self, touch: Touch) {
        self.touches.borrow_mut().push_back(touch);
    }

    /// Does all that is to be done now, and draws; whether any pixel changed.
    pub fn turn(&self) -> bool {
        update_timers_and_animations();
        while let Ok(call) = self.calls.try_recv() {
            call();
        }
        loop {
            let Some(touch) = self.touches.borrow_mut().pop_front() else { break };
            self.pass_on(touch);
        }
        let mut pixels = self.pixels.borrow_mut();
        let width = usize::try_from(self.window.size().width).unwrap_or_default();
        self.window.draw_if_needed(|renderer| {
            renderer.render(&mut pixels, width);
        })
    }

    /// How long there is nothing to do, unless something is handed in; none where only that can wake it.
    pub fn rest(&self) -> Option<Duration> {
        match self.window.has_active_animations() {
            true => Some(Duration::from_millis(16)),
            false => duration_until_next_timer_update(),
        }
    }

    /// Whether the till was closed.
    pub fn has_ended(&self) -> bool {
        self.ended.lock().is_ok_and(|ended| *ended)
    }

    /// Looks at the pixels, row by row from the top.
    pub fn pixels<T>(&self, look: impl FnOnce(&[PremultipliedRgbaColor]) -> T) -> T {
        look(&self.pixels.borrow())
    }

    fn pass_on(&self, touch: Touch) {
        let scale = self.window.scale_factor();
        let at = |x: f32, y: f32| LogicalPosition::new(x / scale, y / scale);
        let button = PointerEventButton::Left;
        let events = match touch {
            Touch::Down(x, y) => {
                let position = at(x, y);
                vec![WindowEvent::PointerMoved { position }, WindowEvent::PointerPressed { position, button }]
            }
            Touch::Move(x, y) => vec![WindowEvent::PointerMoved { position: at(x, y) }],
            // A finger that is gone hovers over nothing.
            Touch::Up(x, y) => {
                vec![WindowEvent::PointerReleased { position: at(x, y), button }, WindowEvent::PointerExited]
            }
            Touch::Cancel => vec![WindowEvent::PointerExited],
            Touch::Key(text) => {
                vec![WindowEvent::KeyPressed { text: text.clone() }, WindowEvent::KeyReleased { text }]
            }
        };
        for event in events {
            self.window.dispatch_event(event);
        }
    }
}

/// What a system calls a step back, as the till's keys know it.
pub fn back_key() -> Touch {
    Touch::Key(Key::Escape.into())
}

/// Slint's view of the device.
struct Device {
    window: Rc<MinimalSoftwareWindow>,
    proxy: Proxy,
    began: Instant,
}

impl Platform for Device {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.began.elapsed()
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        Some(Box::new(self.proxy.clone()))
    }
}

/// How other threads reach the one that owns the screen.
#[derive(Clone)]
struct Proxy {
    calls: mpsc::Sender<Call>,
    ended: Arc<Mutex<bool>>,
}

impl EventLoopProxy for Proxy {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        let mut ended = self.ended.lock().map_err(|_| EventLoopError::EventLoopTerminated)?;
        *ended = true;
        Ok(())
    }

    fn invoke_from_event_loop(&self, call: Call) -> Result<(), EventLoopError> {
        self.calls.send(call).map_err(|_| EventLoopError::EventLoopTerminated)
    }
}
