//! Draws every screen, in the states that matter, at the three shapes, to PNG files: `gallery DIR [ONLY]`.

mod catalogue;
mod drawer;
mod faults;
mod first;
mod held;
mod help;
mod journal;
mod mail;
mod operators;
mod picture;
mod portraits;
mod scenes;
mod settings;
mod tickets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use scenes::{Drawn, Outcome};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("gallery DIR [ONLY]: where the pictures go, and a part of the names of those that are wanted");
        return ExitCode::FAILURE;
    };
    let only = arguments.next().unwrap_or_default();
    let (mut count, mut faulty) = (0, 0);
    let drawn = std::fs::create_dir_all(&folder).map_err(Into::into).and_then(|()| {
        scenes::draw_all(
            |name| name.contains(&only),
            |variant, shape, drawn| {
                count += drawn.len();
                faulty += drawn.iter().filter(|drawn| !drawn.faults.is_empty()).count();
                write(&folder, variant, shape, &drawn)
            },
        )
    });
    match drawn {
        Ok(()) => {
            println!("{count} pictures in {}, {faulty} of them with something wrong", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("gallery: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes pictures, a sheet of them, and what is wrong with them.
fn write(folder: &Path, variant: &str, shape: &str, drawn: &[Drawn]) -> Outcome {
    for Drawn { name, pixels, faults } in drawn {
        picture::write(&folder.join(format!("{name}.png")), pixels)?;
        for fault in faults {
            println!("{name}: {fault}");
        }
    }
    if drawn.len() > 1 {
        let columns = if shape == "tablet" { 3 } else { 5 };
        picture::write(&folder.join(format!("sheet{variant}-{shape}.png")), &picture::sheet(drawn, columns))?;
    }
    Ok(())
}
