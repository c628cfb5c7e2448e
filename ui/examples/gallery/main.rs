//! Draws every screen, in the states that matter, at the three shapes, to PNG files: `gallery DIR [ONLY]`.

mod catalogue;
mod drawer;
mod first;
mod held;
mod help;
mod journal;
mod operators;
mod picture;
mod scenes;
mod settings;
mod tickets;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("gallery DIR [ONLY]: where the pictures go, and a part of the names of those that are wanted");
        return ExitCode::FAILURE;
    };
    let only = arguments.next().unwrap_or_default();
    match scenes::draw_all(&folder, &only) {
        Ok(count) => {
            println!("{count} pictures in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gallery: {error}");
            ExitCode::FAILURE
        }
    }
}
