//! The pages of help: one for each task, then one for each room. Short enough to be read with a customer waiting.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

use crate::till::Place;

/// A page.
pub struct Page {
    /// What it is about.
    pub title: Message,
    /// What to do, step by step.
    pub steps: Vec<Message>,
    /// The room where it is done.
    pub room: Option<Place>,
    /// Whether it is about the room as a whole.
    is_of_the_room: bool,
    /// Whether it prints the keys.
    pub has_keys: bool,
}

/// The first page is the checklist, which is no text.
pub const CHECKLIST: usize = 0;

/// The place of the page that fits a room.
pub fn about(room: Place) -> usize {
    Page::all().iter().position(|page| page.is_of_the_room && page.room == Some(room)).unwrap_or(CHECKLIST)
}

impl Page {
    fn topic(title: Message, steps: Vec<Message>) -> Page {
        Page { title, steps, room: None, is_of_the_room: false, has_keys: false }
    }

    fn task(title: Message, room: Place, steps: Vec<Message>) -> Page {
        Page { room: Some(room), ..Page::topic(title, steps) }
    }

    fn room(title: Message, room: Place, steps: Vec<Message>) -> Page {
        Page { is_of_the_room: true, ..Page::task(title, room, steps) }
    }

    /// All pages, in the order of the list.
    pub fn all() -> Vec<Page> {
        let mut pages = vec![Page::topic(message!("Before the first real sale"), Vec::new())];
        pages.extend(tasks());
        pages.extend(rooms());
        pages.extend(topics());
        pages
    }
}

fn tasks() -> Vec<Page> {
    vec![
        Page::task(
            message!("Sell for cash, to the cent"),
            Place::Sale,
            vec![
                message!("Touch the article, or scan it."),
                message!("Touch “Cash”, which shows the total: the ticket is sealed and the drawer opens."),
                message!("Print it only if the customer asks: “Print”, or “No ticket”."),
            ],
        ),
        Page::task(
            message!("Sell for a note, and give change"),
            Place::Sale,
            vec![
                message!("Touch the articles."),
                message!("Touch the note that you are handed, for example “€20”."),
                message!("The change stays on the screen, with its coins, until the next article."),
            ],
        ),
        Page::task(
            message!("Sell by card"),
            Place::Sale,
            vec![
                message!("Scan the articles, then touch “Card”."),
                message!("Type the amount on the terminal, and say what it answered."),
                message!(
                    "If you saw no answer, look at the terminal’s last ticket: nothing is charged twice by itself."
                ),
            ],
        ),
        Page::task(
            message!("Split a payment: meal voucher, and cash for the rest"),
            Place::Sale,
            vec![
                message!("Touch “Others”, then the meal voucher: what it may pay is typed already."),
                message!("Take it, then choose “Cash” for what is left."),
                message!("A daily limit and closed days are kept for you; the screen says why a means is not taken."),
            ],
        ),
        Page::task(
            message!("Take goods back"),
            Place::Tickets,
            vec![
                message!("Scan the code on the ticket, or find it in “Tickets” by its number, amount or date."),
                message!("Choose the lines that come back, and say why."),
                message!(
                    "Pay it back by the means it was paid with, or as a credit note. The first ticket stays as it is."
                ),
            ],
        ),
        Page::task(
            message!("Reduce a line or the ticket"),
            Place::Sale,
            vec![
                message!("Touch the line, then −10%, an amount off, or another price."),
                message!("For the whole ticket, touch the % above its lines."),
                message!("A discount may need a manager’s approval; it is asked for at once."),
            ],
        ),
        Page::task(
            message!("Hold a ticket, serve somebody else"),
            Place::Held,
            vec![
                message!("Touch “Hold”: the ticket waits, and the counter is free."),
                message!("Its badge counts what waits. Touch “Held”, then the ticket, to resume it."),
                message!("A name, a table and guests can be given to it there."),
            ],
        ),
        Page::task(
            message!("Sell by weight"),
            Place::Sale,
            vec![
                message!("Touch the article: the till asks for its weight."),
                message!("Type it as the scale shows it, and take the wrapping off where there is one."),
                message!("A label of the scale is scanned in one go, with its weight or price."),
            ],
        ),
        Page::task(
            message!("Correct what was sealed"),
            Place::Tickets,
            vec![
                message!("A sealed ticket is never changed or deleted: what is wrong is put right by another."),
                message!("Wrong means of payment: “Correct the payment”, within the open day."),
                message!("Wrong goods: take them back. All of it wrong: cancel the ticket."),
            ],
        ),
        Page::task(
            message!("Close the day"),
            Place::Drawer,
            vec![
                message!("Go to “Drawer”, and count what lies in it before the till says what it expects."),
                message!("Confirm: the day is closed and its Z is sealed. Printing it is up to you."),
                message!("A day that was forgotten is closed by itself before the next one’s first sale."),
            ],
        ),
    ]
}

fn rooms() -> Vec<Page> {
    vec![
        Page::room(
            message!("The sale"),
            Place::Sale,
            vec![
                message!("Articles at one side, the ticket at the other; the total and its keys never move."),
                message!("Touch the total to see how it came about, and a line to change it."),
                message!(
                    "Hold an article’s tile, or press Shift and Enter on it, for its whole name, how many, or its choices. “Undo” takes the last step back."
                ),
            ],
        ),
        Page::room(
            message!("The payment"),
            Place::Pay,
            vec![
                message!("Choose a means, type its amount, take it; again until nothing is left to pay."),
                message!(
                    "Split by amount, by line or by guest. What was taken can be undone until the ticket is sealed."
                ),
                message!("What was taken is kept if the till stops: it comes back where it was."),
            ],
        ),
        Page::room(
            message!("The held tickets"),
            Place::Held,
            vec![
                message!("Touch a ticket to go on with it; its “…” moves lines, joins tickets, prints the note."),
                message!("The note is no ticket and says so. What the kitchen was told comes off only with a reason."),
            ],
        ),
        Page::room(
            message!("The sealed tickets"),
            Place::Tickets,
            vec![
                message!("Every ticket of this till, newest first. Search by number, amount or date."),
                message!("Each shows its lines, payments and VAT, and what was done about it since."),
                message!("A second paper is a duplicate, is numbered, and is recorded."),
            ],
        ),
        Page::room(
            message!("The drawer"),
            Place::Drawer,
            vec![
                message!(
                    "The float in the morning, cash in and out with its reason, the count, and the closing of the day."
                ),
                message!("What is expected shows only once you have counted."),
            ],
        ),
        Page::room(
            message!("The journal"),
            Place::Journal,
            vec![
                message!("All that was ever sealed, in its order; nothing in it can be changed or deleted."),
                message!("Verify it at any time, archive closed periods, and make the kit for a tax inspection."),
            ],
        ),
        Page::room(
            message!("The catalogue"),
            Place::Catalogue,
            vec![
                message!("Articles, prices, rates, categories and menus. Tickets that were sold keep their prices."),
                message!("A table from a spreadsheet is checked whole and shown before anything is taken over."),
            ],
        ),
        Page::room(
            message!("The operators"),
            Place::Operators,
            vec![
                message!("Everybody who sells has a name and a PIN or badge of their own; nobody is ever deleted."),
                message!("A manager’s approval lets somebody do once what they may not do alone."),
            ],
        ),
        Page::room(
            message!("The settings"),
            Place::Settings,
            vec![
                message!(
                    "Who the shop is, its papers, its printer, when its day ends, its copies, how the screens look."
                ),
                message!(
                    "What the law wants known, like the address or the hour of closing, is recorded when it changes."
                ),
            ],
        ),
    ]
}

fn topics() -> Vec<Page> {
    let keys = Page::topic(
        message!("Keys and scanner"),
        vec![
            message!("Any letter typed on the sale screen searches; Return takes the first article found."),
            message!("A scanner that types like a keyboard works in every room; its code ends with Return."),
        ],
    );
    vec![
        Page::topic(
            message!("School mode"),
            vec![
                message!("The violet band says it: nothing sold here counts, and every paper says so."),
                message!(
                    "The school has a journal of its own, which is kept like the real one and never mixed with it."
                ),
            ],
        ),
        Page::topic(
            message!("Copies, and what to do if the device is lost"),
            vec![
                message!("Copy the till to a stick or another device every day; the strip says when it was last done."),
                message!("On a new device, put the copy back: everything that was sealed up to it is there."),
                message!("The till needs no network. What it sold stays on it until you copy it."),
            ],
        ),
        Page { has_keys: true, ..keys },
    ]
}
