//! Why something was done that is not a plain sale: the reasons at hand, each sealed in the same words for ever.
//!
//! The journal of a French shop is read by French people, in years to come. What is at hand is sealed in French whatever
//! language the screen speaks, so that the same reason is found under the same words; what somebody types is sealed as
//! typed.

use comptoir_fiscal::entry::CashType;
use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;

/// A reason that is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Reason {
    Faulty,
    NotAsWanted,
    WrongArticle,
    PastItsDate,
    EnteredByMistake,
    SoldTwice,
    CustomerGaveItUp,
    WrongKey,
    PaidOtherwise,
    ToGiveChange,
    ToCheckTheDrawer,
    OpenedByMistake,
    SmallPurchase,
    Postage,
    DepositGivenBack,
    ToTheSafe,
    ToTheBank,
    ChangeFromTheBank,
    ChangeFromTheSafe,
    CountedAgain,
    WronglyOrdered,
    NoLongerAvailable,
    GuestChangedTheirMind,
    CustomerLeft,
    NoLongerWanted,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 25] = [
        Reason::Faulty,
        Reason::NotAsWanted,
        Reason::WrongArticle,
        Reason::PastItsDate,
        Reason::EnteredByMistake,
        Reason::SoldTwice,
        Reason::CustomerGaveItUp,
        Reason::WrongKey,
        Reason::PaidOtherwise,
        Reason::ToGiveChange,
        Reason::ToCheckTheDrawer,
        Reason::OpenedByMistake,
        Reason::SmallPurchase,
        Reason::Postage,
        Reason::DepositGivenBack,
        Reason::ToTheSafe,
        Reason::ToTheBank,
        Reason::ChangeFromTheBank,
        Reason::ChangeFromTheSafe,
        Reason::CountedAgain,
        Reason::WronglyOrdered,
        Reason::NoLongerAvailable,
        Reason::GuestChangedTheirMind,
        Reason::CustomerLeft,
        Reason::NoLongerWanted,
    ];

    /// Why goods come back.
    pub const OF_RETURNS: &[Reason] = &[Reason::Faulty, Reason::NotAsWanted, Reason::WrongArticle, Reason::PastItsDate];
    /// Why a whole sale is undone.
    pub const OF_CANCELS: &[Reason] = &[Reason::EnteredByMistake, Reason::SoldTwice, Reason::CustomerGaveItUp];
    /// Why a payment is corrected.
    pub const OF_CORRECTIONS: &[Reason] = &[Reason::WrongKey, Reason::PaidOtherwise];
    /// Why the drawer is opened without a sale.
    pub const OF_OPENING: &[Reason] = &[Reason::ToGiveChange, Reason::ToCheckTheDrawer, Reason::OpenedByMistake];
    /// Why what the kitchen was told of comes off.
    pub const OF_TAKING_OFF: &[Reason] =
        &[Reason::WronglyOrdered, Reason::NoLongerAvailable, Reason::GuestChangedTheirMind];
    /// Why a ticket that waits is given up.
    pub const OF_GIVING_UP: &[Reason] = &[Reason::CustomerLeft, Reason::EnteredByMistake, Reason::NoLongerWanted];

    /// Why cash is moved so; none for a count.
    pub const fn of_cash(kind: CashType) -> &'static [Reason] {
        match kind {
            CashType::Out => &[Reason::SmallPurchase, Reason::Postage, Reason::DepositGivenBack],
            CashType::Drop => &[Reason::ToTheSafe, Reason::ToTheBank],
            CashType::Float | CashType::In => &[Reason::ChangeFromTheBank, Reason::ChangeFromTheSafe],
            CashType::Count => &[],
        }
    }

    /// What is shown for it, in the reader's language.
    pub fn message(self) -> Message {
        match self {
            Reason::Faulty => message!("Faulty"),
            Reason::NotAsWanted => message!("Not as wanted"),
            Reason::WrongArticle => message!("Wrong article"),
            Reason::PastItsDate => message!("Past its date"),
            Reason::EnteredByMistake => message!("Entered by mistake"),
            Reason::SoldTwice => message!("Sold twice"),
            Reason::CustomerGaveItUp => message!("The customer gave it up"),
            Reason::WrongKey => message!("Wrong key"),
            Reason::PaidOtherwise => message!("The customer paid otherwise"),
            Reason::ToGiveChange => message!("To give change"),
            Reason::ToCheckTheDrawer => message!("To check the drawer"),
            Reason::OpenedByMistake => message!("Opened by mistake"),
            Reason::SmallPurchase => message!("Small purchase"),
            Reason::Postage => message!("Postage"),
            Reason::DepositGivenBack => message!("Deposit given back"),
            Reason::ToTheSafe => message!("To the safe"),
            Reason::ToTheBank => message!("To the bank"),
            Reason::ChangeFromTheBank => message!("Change from the bank"),
            Reason::ChangeFromTheSafe => message!("Change from the safe"),
            Reason::CountedAgain => message!("Counted again"),
            Reason::WronglyOrdered => message!("Wrongly ordered"),
            Reason::NoLongerAvailable => message!("No longer available"),
            Reason::GuestChangedTheirMind => message!("The guest changed their mind"),
            Reason::CustomerLeft => message!("The customer left"),
            Reason::NoLongerWanted => message!("No longer wanted"),
        }
    }

    /// What is sealed for it. These words stand in journals: they never change.
    pub const fn sealed(self) -> &'static str {
        match self {
            Reason::Faulty => "Défectueux",
            Reason::NotAsWanted => "Ne convient pas",
            Reason::WrongArticle => "Mauvais article",
            Reason::PastItsDate => "Date dépassée",
            Reason::EnteredByMistake => "Saisi par erreur",
            Reason::SoldTwice => "Vendu deux fois",
            Reason::CustomerGaveItUp => "Le client a renoncé",
            Reason::WrongKey => "Mauvaise touche",
            Reason::PaidOtherwise => "Le client a payé autrement",
            Reason::ToGiveChange => "Faire de la monnaie",
            Reason::ToCheckTheDrawer => "Vérifier le tiroir",
            Reason::OpenedByMistake => "Ouvert par erreur",
            Reason::SmallPurchase => "Petit achat",
            Reason::Postage => "Affranchissement",
            Reason::DepositGivenBack => "Consigne rendue",
            Reason::ToTheSafe => "Au coffre",
            Reason::ToTheBank => "À la banque",
            Reason::ChangeFromTheBank => "Monnaie de la banque",
            Reason::ChangeFromTheSafe => "Monnaie du coffre",
            Reason::CountedAgain => "Recompté",
            Reason::WronglyOrdered => "Commandé par erreur",
            Reason::NoLongerAvailable => "Plus disponible",
            Reason::GuestChangedTheirMind => "Le convive a changé d’avis",
            Reason::CustomerLeft => "Le client est parti",
            Reason::NoLongerWanted => "Plus souhaité",
        }
    }

    /// The reason whose words these are, in any language that a screen speaks; none for what somebody typed.
    pub fn of(words: &str) -> Option<Reason> {
        let words = words.trim();
        // What is sealed is French, and so what French screens show.
        let is = |reason: &Reason| reason.sealed() == words || reason.message().id == words;
        Reason::ALL.into_iter().find(is)
    }
}

/// What is sealed for the words that a screen took as a reason: those of a reason at hand in the journal's language, all
/// others as they were typed, without the blanks around them.
pub fn to_seal(words: &str) -> String {
    Reason::of(words).map_or_else(|| words.trim().to_owned(), |reason| reason.sealed().to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use comptoir_fiscal::language::{Language, Translations};

    use super::*;

    /// What journals hold today. A line here is only ever added.
    const SEALED: [&str; 25] = [
        "Défectueux",
        "Ne convient pas",
        "Mauvais article",
        "Date dépassée",
        "Saisi par erreur",
        "Vendu deux fois",
        "Le client a renoncé",
        "Mauvaise touche",
        "Le client a payé autrement",
        "Faire de la monnaie",
        "Vérifier le tiroir",
        "Ouvert par erreur",
        "Petit achat",
        "Affranchissement",
        "Consigne rendue",
        "Au coffre",
        "À la banque",
        "Monnaie de la banque",
        "Monnaie du coffre",
        "Recompté",
        "Commandé par erreur",
        "Plus disponible",
        "Le convive a changé d’avis",
        "Le client est parti",
        "Plus souhaité",
    ];

    #[test]
    fn what_is_sealed_for_a_reason_is_what_it_always_was() {
        assert_eq!(Reason::ALL.map(Reason::sealed), SEALED);
        let others: BTreeSet<&str> = SEALED.into_iter().collect();
        assert_eq!(others.len(), SEALED.len(), "two reasons under the same words could not be told apart");
    }

    #[test]
    fn a_reason_is_sealed_in_the_same_words_whatever_the_screen_speaks() {
        let screens = [Translations::english(), Translations::new(Language::French, &[crate::FRENCH]).unwrap()];
        for reason in Reason::ALL {
            for texts in &screens {
                let shown = texts.say(&reason.message());
                assert_eq!((Reason::of(&shown), to_seal(&shown)), (Some(reason), reason.sealed().to_owned()));
            }
        }
    }

    #[test]
    fn what_somebody_typed_is_sealed_as_typed() {
        assert_eq!(to_seal("  Trop sucrée "), "Trop sucrée");
        assert_eq!(to_seal("faulty handle"), "faulty handle");
        assert_eq!((Reason::of(""), to_seal(" ")), (None, String::new()));
    }

    #[test]
    fn every_reason_is_at_hand_somewhere() {
        let kinds = [CashType::Float, CashType::In, CashType::Out, CashType::Drop, CashType::Count];
        let at_hand: Vec<Reason> = [Reason::OF_RETURNS, Reason::OF_CANCELS, Reason::OF_CORRECTIONS, Reason::OF_OPENING]
            .into_iter()
            .chain([Reason::OF_TAKING_OFF, Reason::OF_GIVING_UP])
            .chain(kinds.map(Reason::of_cash))
            .flatten()
            .copied()
            // Said by the register's own screens when a count is corrected.
            .chain([Reason::CountedAgain])
            .collect();
        assert!(Reason::ALL.iter().all(|reason| at_hand.contains(reason)));
    }
}
