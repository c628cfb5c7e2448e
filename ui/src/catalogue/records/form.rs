//! The rows that the forms of records are made of.

use comptoir_fiscal::language::Message;

/// What stands in a row: words of ours, or a name that somebody typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Words(Message),
    Name(String),
}

impl From<Message> for Said {
    fn from(message: Message) -> Said {
        Said::Words(message)
    }
}

impl From<String> for Said {
    fn from(name: String) -> Said {
        Said::Name(name)
    }
}

/// How a row is drawn, and what can be done with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// A heading.
    Title,
    /// A field under its name.
    Field { numbers: bool },
    /// On or off.
    Switch(bool),
    /// One of several, by their names.
    Pick(Vec<String>, Option<usize>),
    /// A name, a field beside it, and a key that takes both away.
    Line { numbers: bool },
    /// Two fields, and a key that takes both away.
    Pair { second: String },
    /// A field under its name, and a key that takes away all that is under it.
    Asked,
    /// A name, and a key that takes it away.
    Named,
    /// A key that looks for an article to be added.
    Find,
    /// A key that adds an empty row.
    Add,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Heading,
    Label,
    Price,
    /// The price for a way of selling, by its place.
    Way(usize),
    Category,
    OnSale,
    /// Something that a menu always holds.
    Held(usize),
    NewHeld,
    /// A part of a menu that is chosen, and one of its choices.
    Course(usize),
    Choice(usize, usize),
    NewChoice(usize),
    NewCourse,
    Least,
    Most,
    Modifier(usize),
    NewModifier,
    /// An article that is changed with the record.
    Article(usize),
    NewArticle,
    Axes,
    From,
    Until,
    Stores,
    /// Whether a way of selling is among those that a list holds for.
    Mode(usize),
}

/// What was done with a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Touch {
    Typed(String),
    Second(String),
    Toggled,
    Picked(usize),
    Pressed,
    /// An article was found for it, by its code.
    Found(String),
}

/// A row of a form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) slot: Slot,
    pub(crate) shape: Shape,
    pub(crate) label: Said,
    pub(crate) text: String,
    /// What stands in the field while it is empty, or under a heading or switch.
    pub(crate) hint: Option<Message>,
}

impl Item {
    pub(super) fn new(slot: Slot, shape: Shape, label: impl Into<Said>) -> Item {
        Item { slot, shape, label: label.into(), text: String::new(), hint: None }
    }

    pub(super) fn title(label: Message) -> Item {
        Item::new(Slot::Heading, Shape::Title, label)
    }

    pub(super) fn field(slot: Slot, label: Message, text: &str) -> Item {
        Item::new(slot, Shape::Field { numbers: false }, label).text(text)
    }

    pub(super) fn figure(slot: Slot, label: Message, text: &str) -> Item {
        Item::new(slot, Shape::Field { numbers: true }, label).text(text)
    }

    pub(super) fn text(self, text: &str) -> Item {
        Item { text: text.to_owned(), ..self }
    }

    pub(super) fn hint(self, hint: Message) -> Item {
        Item { hint: Some(hint), ..self }
    }
}
