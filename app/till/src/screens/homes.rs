//! Where a device's shops lie: its own, and the sample one to practise in.

use std::path::Path;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SystemClock;
use comptoir_core::register::{Register, RegisterError};

use crate::platform;

/// The folder of the sample shop, in that of the device's own.
const SAMPLE: &str = "sample";

/// The two folders of a device.
#[derive(Clone)]
pub(super) struct Homes {
    /// Of the shop itself.
    pub(super) own: DataFolder,
    /// Of the sample shop.
    pub(super) sample: DataFolder,
}

impl Homes {
    pub(super) fn at(data: &Path) -> Homes {
        Homes { own: DataFolder::new(data, platform::state_folder()), sample: DataFolder::of_sample(data.join(SAMPLE)) }
    }

    /// The shop that the device goes on with: its own; without one, the sample shop where it was left; else none.
    pub(super) fn go_on(&self) -> Result<Option<Register>, RegisterError> {
        if self.own.holds_a_shop() {
            return Register::open(self.own.clone(), platform::this_device(SystemClock), |_, _| ()).map(Some);
        }
        if self.sample.holds_a_shop() {
            return Register::open(self.sample.clone(), platform::for_a_sample(SystemClock), |_, _| ()).map(Some);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use comptoir_core::sample;
    use comptoir_fiscal::entry::Mode;

    use super::*;

    #[test]
    fn a_device_goes_on_with_its_own_shop_or_else_with_the_sample_one() {
        let data = tempfile::tempdir().unwrap();
        let homes = Homes { own: DataFolder::of_sample(data.path()), ..Homes::at(data.path()) };
        assert!(homes.go_on().unwrap().is_none());
        for (folder, mode) in [(&homes.sample, Mode::Training), (&homes.own, Mode::Live)] {
            let founding = sample::founding(mode).unwrap();
            Register::found(folder.clone(), founding, platform::for_a_sample(SystemClock)).unwrap().stop().unwrap();
            let register = homes.go_on().unwrap().unwrap();
            assert_eq!(register.mode(), mode);
            register.stop().unwrap();
        }
    }
}
