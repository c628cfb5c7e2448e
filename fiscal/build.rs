//! Lists the sources of the fiscal part with their hashes, so that every build can say which ones it was made of.
//!
//! The list is what `sha256sum` prints for them in byte order of their names, so anyone can make it again.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut names = Vec::new();
    find(&root, Path::new("src"), &mut names)?;
    names.sort_unstable();
    let mut list = String::new();
    for name in names {
        writeln!(list, "{}  {name}", hex(&fs::read(root.join(&name))?))?;
    }
    println!("cargo::rustc-env=COMPTOIR_FISCAL_SHA256={}", hex(list.as_bytes()));
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("sources.txt"), list)?;
    Ok(())
}

/// The names of the Rust sources under a folder, with `/` between their parts on every platform.
fn find(root: &Path, folder: &Path, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            find(root, &path, names)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            names.push(parts.join("/"));
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
