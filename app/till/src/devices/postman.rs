//! Brings tickets to the mail server, on a thread of its own: no sale waits for a network.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use comptoir_core::mail::{MailState, Posted};
use comptoir_core::register::{Desk, DeskPostError, Register};
use comptoir_fiscal::language::Message;
use uuid::Uuid;

use super::smtp::{Smtp, SmtpFault};

/// How long nothing is tried by itself after a server was not reached.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// How often the queue is looked at while something waits in it: a clock may be set meanwhile.
const LOOKED_AT: Duration = Duration::from_secs(300);

/// What became of the mails that were due, and why some were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// What became of them.
    pub posted: Posted,
    /// Why the last one was not taken.
    pub fault: Option<SmtpFault>,
}

/// A few words to show that mails arrive.
pub struct Trial {
    /// What makes its `Message-ID`.
    pub id: Uuid,
    /// Its subject, on one line.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// What is told of a trial.
pub type Tried = Box<dyn FnOnce(Result<(), SmtpFault>) + Send>;

enum Wanted {
    Mails,
    Trial(Trial, Tried),
}

/// The thread that hands mails over.
pub struct Postman {
    wanted: Option<mpsc::Sender<Wanted>>,
    thread: Option<JoinHandle<()>>,
}

impl Postman {
    /// Starts handing over what waits and what will be asked for, once the postman before has ended: two at a time would
    /// send a mail twice. `heard` is told of every mail that was handed over, put
    /// off or given up, and of a queue that cannot be read.
    pub fn start(
        desk: Arc<Desk>,
        mut server: Smtp,
        before: Option<Postman>,
        heard: impl Fn(Result<Delivered, Message>) + Send + 'static,
    ) -> std::io::Result<Postman> {
        let (wanted, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new().name("postman".to_owned()).spawn(move || {
            drop(before);
            let mut is_due = true;
            loop {
                let wait = if is_due { round(&desk, &mut server, &heard) } else { next_round(&desk, Duration::ZERO) };
                let Some(wait) = wait else { return };
                let next = match wait {
                    Some(wait) => inbox.recv_timeout(wait),
                    None => inbox.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
                };
                is_due = match next {
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                    Err(mpsc::RecvTimeoutError::Timeout) => true,
                    Ok(first) => {
                        // However often it was asked for meanwhile, the queue is looked through once.
                        let mut asked = false;
                        for wanted in std::iter::once(first).chain(inbox.try_iter()) {
                            match wanted {
                                Wanted::Mails => asked = true,
                                Wanted::Trial(Trial { id, subject, text }, tried) => {
                                    let sent = server.try_out(id, &subject, text);
                                    // Where one mail arrives, those that wait have waited long enough.
                                    asked |= sent.is_ok();
                                    tried(sent);
                                }
                            }
                        }
                        asked
                    }
                };
            }
        })?;
        Ok(Postman { wanted: Some(wanted), thread: Some(thread) })
    }

    /// Says that something new waits. Never waits itself.
    pub fn ring(&self) {
        self.want(Wanted::Mails);
    }

    /// Has a few words sent to the shop's own address, and tells `tried` whether they were. Never waits itself.
    pub fn try_out(&self, trial: Trial, tried: Tried) {
        self.want(Wanted::Trial(trial, tried));
    }

    fn want(&self, wanted: Wanted) {
        if let Some(thread) = &self.wanted {
            // The thread ends only with this, or with the register.
            let _ = thread.send(wanted);
        }
    }
}

impl Drop for Postman {
    fn drop(&mut self) {
        drop(self.wanted.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Hands over what is due. How long nothing is to be done after it; none within where nothing waits, none at all where the
/// register has stopped.
fn round(desk: &Desk, server: &mut Smtp, heard: &impl Fn(Result<Delivered, Message>)) -> Option<Option<Duration>> {
    let least = match desk.post_mails(server) {
        Ok(posted) => {
            if posted != Posted::default() {
                let failed = posted.put_off > 0 || posted.given_up > 0;
                heard(Ok(Delivered { posted, fault: server.fault().filter(|_| failed) }));
            }
            if posted.put_off > 0 { AGAIN_AFTER } else { Duration::from_secs(1) }
        }
        Err(DeskPostError::Closed(_)) => return None,
        Err(error) => {
            heard(Err(error.message()));
            AGAIN_AFTER
        }
    };
    next_round(desk, least)
}

/// When something is due next.
fn next_round(desk: &Desk, least: Duration) -> Option<Option<Duration>> {
    let due = |register: &mut Register| {
        let waiting = register.mail_queue().unwrap_or_default().into_iter();
        let now = register.now().unix();
        waiting.filter(|job| job.state == MailState::Waiting).map(|job| job.next_try.saturating_sub(now)).min()
    };
    let due = desk.ask(due).ok()?;
    let wait = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).max(least).min(LOOKED_AT);
    Some(due.map(wait))
}
