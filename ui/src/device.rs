//! What one device remembers over its restarts: how its screens look and speak, and what hangs on it. Nothing of it is the
//! shop's, and nothing of it is ever sealed.

use std::fmt::Write as _;

use comptoir_core::printing::ReceiptChoice;
use comptoir_fiscal::language::Language;

use crate::mail::{MailServer, Typed};
use crate::till::{Look, OnScreen};

/// The least and the most that texts are drawn at, in percent.
pub const TEXT: (u32, u32) = (100, 200);

/// A device as it is remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Which language is read.
    pub language: Language,
    /// How the screens look.
    pub look: Look,
    /// Which choice of paper stands out after a sale. Nothing is ever printed unasked (C. env. L. 541-15-10 IV).
    pub receipt: ReceiptChoice,
    /// Whether the key “card” waits until somebody says what the terminal answered.
    pub card_waits: bool,
    /// Where the receipt printer is: `192.168.1.50`, `printer.local:9100`.
    pub printer: Option<String>,
    /// Which server tickets are sent by e-mail over.
    pub mail: Option<MailServer>,
}

impl Default for Device {
    fn default() -> Device {
        Device {
            language: Language::French,
            look: Look::default(),
            receipt: ReceiptChoice::None,
            card_waits: false,
            printer: None,
            mail: None,
        }
    }
}

impl Device {
    /// As it is written into its file: a line for each thing.
    pub fn written(&self) -> String {
        let mut text = String::new();
        let language = if self.language == Language::English { "en" } else { "fr" };
        let receipt = match self.receipt {
            ReceiptChoice::None => "none",
            ReceiptChoice::Print => "print",
            ReceiptChoice::Code => "code",
        };
        let lines = [
            ("language", language.to_owned()),
            ("dark", self.look.dark.to_string()),
            ("text", percent(self.look.text_scale).to_string()),
            ("left_handed", self.look.left_handed.to_string()),
            ("keyboard", (self.look.keyboard == OnScreen::OnTouch).to_string()),
            ("still", self.look.still.to_string()),
            ("receipt", receipt.to_owned()),
            ("card_waits", self.card_waits.to_string()),
            ("printer", self.printer.clone().unwrap_or_default()),
        ];
        for (name, value) in lines.into_iter().chain(MailServer::written(self.mail.as_ref())) {
            // Writing into a text does not fail.
            let _ = writeln!(text, "{name} = {value}");
        }
        text
    }

    /// What was remembered; what is not said, or not understood, is as with `otherwise`.
    pub fn read(text: &str, otherwise: Device) -> Device {
        let mut device = otherwise;
        let mut mail: Option<Typed> = None;
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let value = value.trim();
            match (name.trim(), value) {
                ("language", "en") => device.language = Language::English,
                ("language", "fr") => device.language = Language::French,
                ("dark", _) => device.look.dark = value == "true",
                ("text", _) => device.look.text_scale = value.parse().map_or(1.0, scale),
                ("left_handed", _) => device.look.left_handed = value == "true",
                ("keyboard", "true") => device.look.keyboard = OnScreen::OnTouch,
                ("keyboard", _) => device.look.keyboard = OnScreen::Never,
                ("still", _) => device.look.still = value == "true",
                ("receipt", "none") => device.receipt = ReceiptChoice::None,
                ("receipt", "print") => device.receipt = ReceiptChoice::Print,
                ("receipt", "code") => device.receipt = ReceiptChoice::Code,
                ("card_waits", _) => device.card_waits = value == "true",
                ("printer", _) => device.printer = Some(value.to_owned()).filter(|address| !address.is_empty()),
                (name, value) => {
                    let mut typed = mail.take().unwrap_or_default();
                    let is_of_mail = MailServer::read(name, value, &mut typed);
                    mail = Some(typed).filter(|typed| is_of_mail || *typed != Typed::default());
                }
            }
        }
        if let Some(typed) = mail {
            device.mail = MailServer::of(&typed).ok();
        }
        device
    }
}

/// A scale of texts in percent.
pub fn percent(scale: f32) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "kept between the two")]
    let percent = (scale * 100.0).round().clamp(100.0, 200.0) as u32;
    percent
}

/// A percentage as the scale of texts, kept between the least and the most.
pub fn scale(percent: u32) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "at most 200")]
    let percent = percent.clamp(TEXT.0, TEXT.1) as f32;
    percent / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_read_as_it_was_written() {
        let device = Device {
            language: Language::English,
            look: Look { dark: true, text_scale: 1.75, left_handed: true, keyboard: OnScreen::OnTouch, still: true },
            receipt: ReceiptChoice::Print,
            card_waits: true,
            printer: Some("192.168.1.50:9100".to_owned()),
            mail: Some(MailServer {
                host: "smtp.example.fr".to_owned(),
                port: 2525,
                encryption: crate::mail::Encryption::Tls,
                user: Some("boutique".to_owned()),
                from: "boutique@example.fr".parse().unwrap(),
            }),
        };
        assert_eq!(Device::read(&device.written(), Device::default()), device);
        assert_eq!(Device::read(&Device::default().written(), device), Device::default());
    }

    #[test]
    fn what_is_not_understood_leaves_the_rest_as_it_was() {
        let device = Device::read("text = 950\ngibberish\nlanguage = xx\ndark = true\n", Device::default());
        assert_eq!(device.look, Look { dark: true, text_scale: 2.0, ..Look::default() });
        assert_eq!(device.language, Language::French);
    }
}
