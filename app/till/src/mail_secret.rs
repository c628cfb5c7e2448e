//! The password of the mail server: in the platform's keystore where one answers, else in a file that its owner alone can
//! read, in the folder for private state. No copy of the shop holds either, and no log.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use comptoir_ui::mail::Password;

const NAME: &str = "mail-password";

/// The platform's place for a password.
pub(crate) trait Safe: Send + Sync {
    /// Keeps it. False where no keystore answers.
    fn keep(&self, password: &Password) -> bool;
    /// What was kept.
    fn find(&self) -> Option<Password>;
    /// Forgets it.
    fn forget(&self);
}

/// Where the password of this device lies.
pub(crate) struct MailSecret {
    path: PathBuf,
    safe: Box<dyn Safe>,
}

impl MailSecret {
    /// Within a folder for private state, beside a keystore.
    pub(crate) fn within(state: &Path, safe: Box<dyn Safe>) -> MailSecret {
        MailSecret { path: state.join(NAME), safe }
    }

    /// Keeps a password in the place of the one before.
    pub(crate) fn keep(&self, password: &Password) -> std::io::Result<()> {
        if self.safe.keep(password) && self.safe.find().as_ref() == Some(password) {
            return self.remove_file();
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let part = self.path.with_extension("part");
        match fs::remove_file(&part) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(password.as_str().as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, &self.path)
    }

    /// The password that was kept last.
    pub(crate) fn find(&self) -> Option<Password> {
        // The file is there only where the keystore did not answer when the password was kept.
        fs::read_to_string(&self.path).ok().map(Password::new).or_else(|| self.safe.find())
    }

    /// Forgets it.
    pub(crate) fn forget(&self) -> std::io::Result<()> {
        self.safe.forget();
        self.remove_file()
    }

    fn remove_file(&self) -> std::io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A keystore that answers, or does not.
    #[derive(Clone, Default)]
    struct InMemory {
        answers: bool,
        kept: Arc<Mutex<Option<Password>>>,
    }

    impl Safe for InMemory {
        fn keep(&self, password: &Password) -> bool {
            if self.answers {
                *self.kept.lock().unwrap() = Some(password.clone());
            }
            self.answers
        }

        fn find(&self) -> Option<Password> {
            self.kept.lock().unwrap().clone()
        }

        fn forget(&self) {
            *self.kept.lock().unwrap() = None;
        }
    }

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[test]
    fn a_password_lies_in_the_keystore_that_answers_and_in_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let safe = InMemory { answers: true, ..InMemory::default() };
        let secret = MailSecret::within(folder.path(), Box::new(safe.clone()));
        secret.keep(&password("premier")).unwrap();
        secret.keep(&password("second")).unwrap();
        assert_eq!(secret.find(), Some(password("second")));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        secret.forget().unwrap();
        assert_eq!((secret.find(), safe.find()), (None, None));
    }

    #[test]
    fn without_a_keystore_it_lies_in_a_file_of_its_owners_alone_until_one_answers() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let secret = MailSecret::within(&state, Box::new(InMemory::default()));
        secret.keep(&password("premier")).unwrap();
        secret.keep(&password("second")).unwrap();
        assert_eq!(secret.find(), Some(password("second")));
        let files: Vec<_> = fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files, [state.join(NAME)]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let secret = MailSecret::within(&state, Box::new(InMemory { answers: true, ..InMemory::default() }));
        secret.keep(&password("third")).unwrap();
        assert_eq!((secret.find(), files[0].exists()), (Some(password("third")), false));
        secret.forget().unwrap();
        assert_eq!(secret.find(), None);
    }
}
