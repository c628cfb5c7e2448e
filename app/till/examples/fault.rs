//! A fault on the register's thread, to see that it ends the program and is told at the next start: run on a sample shop.

use std::path::PathBuf;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Desk, Register};
use comptoir_fiscal::language::Translations;
use comptoir_till::{faults, platform};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name the folder of a sample shop")?;
    let folder = DataFolder::of_sample(data);
    faults::end_on_a_fault(folder.clone(), Translations::english());
    let register = Register::open(folder, platform::for_a_sample(SystemClock), |_, _| ())?;
    let desk = Desk::start(register)?;
    let nothing: Vec<u8> = Vec::new();
    desk.ask(move |_| nothing[0])?;
    Err("the fault did not end the program".into())
}
