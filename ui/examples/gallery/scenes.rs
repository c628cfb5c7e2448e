//! What is drawn: each screen in each state that matters.

use std::error::Error;
use std::time::Duration;

use comptoir_core::register::BackOffice;
use comptoir_core::sample;
use comptoir_core::shared::Change;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::language::Language;
use comptoir_fiscal::values::Cents;
use comptoir_ui::meeting::Met;
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale::{self, Edit, asking};
use comptoir_ui::till::{Intent, Look, OnScreen};
use comptoir_ui::{lock, pay};
use i_slint_backend_testing::{TestingBackend, TestingBackendOptions};
use slint::{ComponentHandle, Rgba8Pixel, SharedPixelBuffer};

use super::faults::faults;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// The three shapes.
const SHAPES: [(&str, u32, u32); 3] = [("tablet", 1280, 800), ("portrait", 800, 1280), ("phone", 390, 844)];

/// One picture: its name, and how the till comes to look like that.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) prepare: fn(&Rehearsal) -> Outcome,
}

const SCENES: &[Scene] = &[
    Scene { name: "door", prepare: |_| Ok(()) },
    Scene { name: "sale-empty", prepare: sell_nothing },
    Scene { name: "sale-full", prepare: full },
    Scene { name: "sale-line", prepare: line },
    Scene { name: "sale-modifiers", prepare: modifiers },
    Scene { name: "sale-menu", prepare: menu },
    Scene { name: "sale-weight", prepare: weight },
    Scene { name: "sale-amount", prepare: amount },
    Scene { name: "sale-search", prepare: search },
    Scene { name: "sale-change", prepare: change },
    Scene { name: "sale-refused", prepare: refused },
    Scene { name: "pay", prepare: paying },
    Scene { name: "pay-meal", prepare: meal },
    Scene { name: "pay-guests", prepare: guests },
];

/// Light, with a keyboard of keys.
const LIGHT: Look = Look { dark: false, text_scale: 1.0, left_handed: false, keyboard: OnScreen::Never, still: false };

/// The ways in which each scene is drawn: French and light, in the dark, in English, at twice the text.
const VARIANTS: [(&str, Language, Look); 4] = [
    ("", Language::French, Look { dark: false, text_scale: 1.0, ..LIGHT }),
    ("-dark", Language::French, Look { dark: true, text_scale: 1.0, ..LIGHT }),
    ("-english", Language::English, Look { dark: false, text_scale: 1.0, ..LIGHT }),
    ("-large", Language::French, Look { dark: false, text_scale: 2.0, ..LIGHT }),
];

/// A picture, and what is wrong with it.
pub(crate) struct Drawn {
    pub(crate) name: String,
    pub(crate) pixels: SharedPixelBuffer<Rgba8Pixel>,
    pub(crate) faults: Vec<String>,
}

/// Draws every scene in every shape and way whose name is wanted, a sheet of one shape and way at a time.
pub(crate) fn draw_all(
    wanted: impl Fn(&str) -> bool,
    mut sheet: impl FnMut(&str, &str, Vec<Drawn>) -> Outcome,
) -> Result<(), Box<dyn Error>> {
    slint::platform::set_platform(Box::new(TestingBackend::new(TestingBackendOptions {
        mock_time: true,
        threading: false,
        renderer_name: Some("software".into()),
    })))?;
    let rooms = [
        SCENES,
        super::held::SCENES,
        super::tickets::SCENES,
        super::drawer::SCENES,
        super::journal::SCENES,
        super::catalogue::SCENES,
        super::operators::SCENES,
        super::settings::SCENES,
        super::mail::SCENES,
        super::portraits::SCENES,
        super::help::SCENES,
        super::first::SCENES,
    ];
    for (variant, language, look) in VARIANTS {
        for (shape, width, height) in SHAPES {
            let mut drawn = Vec::new();
            let scenes = rooms.iter().copied().flatten().map(|scene| (scene, false));
            for (scene, is_new) in scenes.chain(super::first::NEW.iter().map(|scene| (scene, true))) {
                let name = format!("{}{variant}-{shape}", scene.name);
                if wanted(&name) {
                    let (pixels, faults) = draw(scene, is_new, language, look, width, height)
                        .map_err(|error| format!("{name}: {error}"))?;
                    drawn.push(Drawn { name, pixels, faults });
                }
            }
            sheet(variant, shape, drawn)?;
        }
    }
    Ok(())
}

fn draw(
    scene: &Scene,
    is_new: bool,
    language: Language,
    look: Look,
    width: u32,
    height: u32,
) -> Result<(SharedPixelBuffer<Rgba8Pixel>, Vec<String>), Box<dyn Error>> {
    let rehearsal = match is_new {
        true => Rehearsal::on_a_new_device(language)?,
        false => Rehearsal::begin(sample::founding(Mode::Live)?, language)?,
    };
    let window = rehearsal.screens().window();
    window.window().set_size(slint::PhysicalSize::new(width, height));
    window.show()?;
    rehearsal.screens().change(|till| till.set_look(look));
    (scene.prepare)(&rehearsal)?;
    rehearsal.settle();
    i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(400));
    let pixels = window.window().take_snapshot()?;
    let faults = faults(window, &pixels);
    window.hide()?;
    Ok((pixels, faults))
}

pub(crate) fn act(rehearsal: &Rehearsal, intent: Intent) {
    rehearsal.screens().update(intent);
    rehearsal.settle();
}

pub(crate) fn sale_intent(rehearsal: &Rehearsal, intent: sale::Intent) {
    act(rehearsal, Intent::Sale(intent));
}

/// The place of the tile of an article, found by its name.
pub(crate) fn touch(rehearsal: &Rehearsal, name: &str) {
    sale_intent(rehearsal, sale::Intent::Search(name.to_owned()));
    sale_intent(rehearsal, sale::Intent::Tile(0));
    sale_intent(rehearsal, sale::Intent::Search(String::new()));
}

/// Enrols the till with a back office, which is nobody's.
pub(crate) fn enrol(rehearsal: &Rehearsal) -> Outcome {
    let enrolled = rehearsal.register(|register| {
        register.enrolled(BackOffice {
            address: "https://caisse.example:8443".to_owned(),
            witness: "comptoir-backoffice/0a1b2c3d".to_owned(),
            witness_key: DeviceKey::from_seed(&[7; 32]).public().to_base64(),
            certificate: None,
            register: register.id(),
        })
    });
    Ok(enrolled.transpose().map(drop)?)
}

/// A back office that answered at an address.
pub(crate) fn met() -> Met {
    Met {
        link: "https://192.168.1.20:8443/enrol#7Q2XK00M".to_owned(),
        words: "basar bodud fotag ludub tarap zisol".to_owned(),
    }
}

/// Tells the till what its back office holds, once that has taken what the till had edited.
pub(crate) fn tell(rehearsal: &Rehearsal, changes: &[Change]) -> Outcome {
    let told = rehearsal.register(|register| {
        while let Some(outgoing) = register.edits_to_send(500)?.filter(|outgoing| !outgoing.edits.is_empty()) {
            register.edits_answered(&outgoing.edits.iter().map(|edit| edit.id).collect::<Vec<_>>())?;
        }
        register.take_in(changes, "0123456789abcdef.2", false)
    });
    Ok(told.transpose().map(drop)?)
}

pub(crate) fn sell_nothing(rehearsal: &Rehearsal) -> Outcome {
    act(rehearsal, Intent::Door(lock::Intent::Who(2)));
    Ok(())
}

pub(crate) fn full(rehearsal: &Rehearsal) -> Outcome {
    sell_nothing(rehearsal)?;
    for name in ["baguette", "baguette", "croissant", "confiture", "lait", "eau", "tablette"] {
        touch(rehearsal, name);
    }
    sale_intent(rehearsal, sale::Intent::Line(1));
    sale_intent(rehearsal, sale::Intent::Edit(Edit::Percent(1000)));
    sale_intent(rehearsal, sale::Intent::Edit(Edit::Close));
    Ok(())
}

fn line(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Line(1));
    Ok(())
}

/// Touches the first tile that asks something of this kind.
fn ask(rehearsal: &Rehearsal, wanted: fn(&asking::Asking) -> bool) -> Outcome {
    sell_nothing(rehearsal)?;
    touch(rehearsal, "baguette");
    let count = rehearsal.screens().with(|till| till.tiles());
    for at in 0..count {
        sale_intent(rehearsal, sale::Intent::HoldTile(at));
        if rehearsal.screens().with(|till| till.asking().is_some_and(wanted)) {
            return Ok(());
        }
        sale_intent(rehearsal, sale::Intent::Answer(asking::Answer::Close));
    }
    Err("no tile asks that".into())
}

fn modifiers(rehearsal: &Rehearsal) -> Outcome {
    ask(rehearsal, |asking| matches!(asking, asking::Asking::Modifiers { .. }))
}

fn menu(rehearsal: &Rehearsal) -> Outcome {
    ask(rehearsal, |asking| matches!(asking, asking::Asking::Courses { chosen, .. } if !chosen.is_empty()))
}

fn weight(rehearsal: &Rehearsal) -> Outcome {
    ask(rehearsal, |asking| matches!(asking, asking::Asking::Weight { .. }))?;
    sale_intent(rehearsal, sale::Intent::Answer(asking::Answer::Digits("645".to_owned())));
    Ok(())
}

fn amount(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::FreeAmount);
    sale_intent(rehearsal, sale::Intent::Answer(asking::Answer::Digits("1250".to_owned())));
    Ok(())
}

fn search(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Search("caf".to_owned()));
    Ok(())
}

fn change(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Cash(Cents::new(5000)));
    Ok(())
}

fn refused(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    act(rehearsal, Intent::Scan("4006381333931".to_owned()));
    Ok(())
}

fn paying(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Pay);
    act(rehearsal, Intent::Pay(pay::Intent::Means(pay::Means::Cheque)));
    act(rehearsal, Intent::Pay(pay::Intent::Digits("500".to_owned())));
    act(rehearsal, Intent::Pay(pay::Intent::Take));
    Ok(())
}

fn meal(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Pay);
    act(rehearsal, Intent::Pay(pay::Intent::Means(pay::Means::MealVoucherCard)));
    Ok(())
}

fn guests(rehearsal: &Rehearsal) -> Outcome {
    full(rehearsal)?;
    sale_intent(rehearsal, sale::Intent::Pay);
    act(rehearsal, Intent::Pay(pay::Intent::Split(pay::Split::Guests)));
    act(rehearsal, Intent::Pay(pay::Intent::Guests(3)));
    Ok(())
}
