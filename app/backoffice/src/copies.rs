//! `comptoir-backoffice backup` and `restore`: the folder copied while it serves, and a folder made from such a copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use comptoir_backoffice::schema::STEPS;
use comptoir_backoffice::shared::renew_epochs;
use comptoir_backoffice::store::{Database, Store, StoreError, Tx};
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;
use rusqlite::{Connection, OpenFlags};

use crate::arguments::Place;
use crate::folder::{DATABASE, FolderError, at};

/// What the folder holds beside its database: without the witness's key, no register believes the office any more.
const FILES: [&str; 4] = ["witness.key", "certificate.pem", "certificate-key.pem", "reached.json"];

/// Copies the back office into a folder that is not there yet, or empty.
pub(crate) fn backup(place: &Place, to: &Path, texts: &Translations) -> Result<(), FolderError> {
    if place.database.is_some() {
        return Err(FolderError::NotAFile);
    }
    make_empty(to)?;
    let copy = to.join(DATABASE);
    let database = place.data.join(DATABASE);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(&database, flags).map_err(damaged(&database))?;
    from.busy_timeout(std::time::Duration::from_secs(60)).map_err(damaged(&database))?;
    // One moment's state, whatever is written meanwhile.
    from.execute("VACUUM INTO ?1", [path_text(&copy)?]).map_err(damaged(&copy))?;
    check(&copy)?;
    copy_files(&place.data, to)?;
    println!(
        "{}",
        texts.say(&message!("{path} holds a whole copy. Keep it as safe as the office itself.", path = shown(to)))
    );
    Ok(())
}

/// Makes a back office's folder from a copy.
pub(crate) fn restore(from: &Path, data: &Path, texts: &Translations) -> Result<(), FolderError> {
    let copy = from.join(DATABASE);
    check(&copy)?;
    make_empty(data)?;
    fs::copy(&copy, data.join(DATABASE)).map_err(at(data))?;
    copy_files(from, data)?;
    // Numbers of the feeds are given a second time from here on: tills must not take them for those that they know.
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|fault| StoreError::Unavailable { why: fault.to_string() })?;
    let store = Store::open(&Database::Sqlite(data.join(DATABASE)), STEPS)?;
    store.write_now(move |tx: &mut dyn Tx| renew_epochs(tx, random))?;
    println!(
        "{}",
        texts.say(&message!(
            "{path} is as the copy was. Registers bring by themselves what they have sealed since, and record that the office went back.",
            path = shown(data)
        ))
    );
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn make_empty(folder: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let is_empty = fs::read_dir(folder).map_err(at(folder))?.next().is_none();
    if !is_empty {
        return Err(FolderError::NotEmpty(folder.to_owned()));
    }
    private(folder, 0o700)
}

/// Copies the files beside the database; those that were never made are not missing.
fn copy_files(from: &Path, to: &Path) -> Result<(), FolderError> {
    for file in FILES {
        let copy = to.join(file);
        match fs::copy(from.join(file), &copy) {
            Ok(_) => private(&copy, 0o600)?,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            Err(fault) => return Err(FolderError::Io { path: copy, cause: fault }),
        }
    }
    private(&to.join(DATABASE), 0o600)
}

#[cfg(unix)]
fn private(path: &Path, mode: u32) -> Result<(), FolderError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(at(path))
}

#[cfg(not(unix))]
fn private(_path: &Path, _mode: u32) -> Result<(), FolderError> {
    Ok(())
}

/// Whether a copy is whole, as the database itself says.
fn check(database: &Path) -> Result<(), FolderError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(damaged(database))?;
    let said: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(damaged(database))?;
    if said == "ok" { Ok(()) } else { Err(FolderError::Damaged { path: database.to_owned(), why: said }) }
}

fn damaged(path: &Path) -> impl FnOnce(rusqlite::Error) -> FolderError {
    let path: PathBuf = path.to_owned();
    |fault| FolderError::Damaged { path, why: fault.to_string() }
}

fn path_text(path: &Path) -> Result<&str, FolderError> {
    path.to_str().ok_or_else(|| FolderError::Io {
        path: path.to_owned(),
        cause: io::Error::new(io::ErrorKind::InvalidInput, "not a name in Unicode"),
    })
}
