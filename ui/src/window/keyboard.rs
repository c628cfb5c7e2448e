//! The on-screen keyboard: what it types goes to the window as if struck on another one, and it shows only while a field
//! really has the keys.

use std::rc::{Rc, Weak};
use std::time::Duration;

use i_slint_core::items::TextInput;
use i_slint_core::window::WindowInner;
use slint::platform::WindowEvent;
use slint::{ComponentHandle, Global, Timer};

use super::Screens;
use crate::generated::{Shell, Typing};
use crate::till::{Intent, OnScreen, Till};

pub(super) fn listen(screens: &Rc<Screens>) {
    let shell = Shell::get(&screens.window);
    shell.on_keyboard(screens.with_one(Intent::Keyboard));
    let weak = Rc::downgrade(screens);
    shell.on_typed(move |text| {
        let Some(screens) = weak.upgrade() else { return };
        let window = screens.window.window();
        window.dispatch_event(WindowEvent::KeyPressed { text: text.clone() });
        window.dispatch_event(WindowEvent::KeyReleased { text });
    });
    let weak = Rc::downgrade(screens);
    Typing::get(&screens.window).on_moved(move || look_soon(weak.clone()));
}

/// Shows it as the till wants it; and looks whether a field still has the keys, where one had them: it may be gone.
pub(super) fn show(screens: &Screens, till: &Till) {
    let shell = Shell::get(&screens.window);
    let wanted = till.look().keyboard == OnScreen::OnTouch;
    let typing = Typing::get(&screens.window).get_wanted();
    shell.set_on_screen(wanted);
    if typing {
        look_soon(screens.me.clone());
    }
}

/// Looks once what is drawn has followed what is shown.
fn look_soon(screens: Weak<Screens>) {
    Timer::single_shot(Duration::ZERO, move || {
        if let Some(screens) = screens.upgrade() {
            screens.look_who_has_the_keys();
        }
    });
}

impl Screens {
    fn look_who_has_the_keys(&self) {
        let typing = Typing::get(&self.window);
        let focus = WindowInner::from_pub(self.window.window()).focus_item.borrow().upgrade();
        match &focus {
            None => {
                typing.set_wanted(false);
                self.window.invoke_take_keys();
            }
            Some(item) => {
                let in_a_field = item.downcast::<TextInput>().is_some();
                typing.set_wanted(in_a_field);
                if in_a_field && Shell::get(&self.window).get_on_screen() {
                    self.bring_the_field_into_view();
                }
            }
        }
    }

    /// A window that is told its size pushes what scrolls, so that whatever has the keys is seen beside the keyboard.
    fn bring_the_field_into_view(&self) {
        let window = self.window.window();
        let size = window.size().to_logical(window.scale_factor());
        window.dispatch_event(WindowEvent::Resized { size });
    }
}
