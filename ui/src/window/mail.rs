//! Tickets by e-mail, between till and window.

use std::rc::Rc;

use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{self, AppWindow, MailJobRow};
use crate::mail::setting::Edit;
use crate::mail::{self, view};
use crate::till::{Intent, Place, Till};

#[derive(Default)]
pub(super) struct Mail {
    domains: Rows<SharedString>,
    jobs: Rows<MailJobRow>,
}

impl Mail {
    pub(super) fn new(window: &AppWindow) -> Mail {
        let mail = Mail::default();
        let port = generated::Mail::get(window);
        port.set_domains(mail.domains.model());
        port.set_jobs(mail.jobs.model());
        mail
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        let port = generated::Mail::get(window);
        self.domains.show(view::domains(till));
        port.set_ask(view::asking(till));
        if till.place() == Place::Settings {
            port.set_setting(view::settings(till));
            self.jobs.show(view::jobs(till));
        }
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let port = generated::Mail::get(&screens.window);
    let plain = |intent: mail::Intent| screens.with_none(move || Intent::Mail(intent.clone()));
    let edit = |edit: Edit| plain(mail::Intent::Setting(edit));
    let typed = |edit: fn(String) -> Edit| {
        screens.with_one(move |text: SharedString| Intent::Mail(mail::Intent::Setting(edit(text.to_string()))))
    };
    port.on_ask_last(plain(mail::Intent::AskLast));
    port.on_ask_open(plain(mail::Intent::AskOpen));
    port.on_typed(screens.with_one(|text: SharedString| Intent::Mail(mail::Intent::Typed(text.to_string()))));
    port.on_domain(screens.with_one(|at| Intent::Mail(mail::Intent::Domain(index(at)))));
    port.on_send(plain(mail::Intent::Send));
    port.on_close(plain(mail::Intent::Close));
    port.on_host(typed(Edit::Host));
    port.on_port(typed(Edit::Port));
    port.on_encryption(screens.with_one(|at| Intent::Mail(mail::Intent::Setting(Edit::Encryption(index(at))))));
    port.on_user(typed(Edit::User));
    port.on_password(typed(Edit::Password));
    port.on_from(typed(Edit::From));
    port.on_keep(edit(Edit::Keep));
    port.on_forget(edit(Edit::Forget));
    port.on_test(edit(Edit::Test));
    port.on_again(edit(Edit::Again));
    port.on_give_up(screens.with_one(|at| Intent::Mail(mail::Intent::Setting(Edit::GiveUp(index(at))))));
}
