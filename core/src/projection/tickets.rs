//! Where each ticket lies in the journal, by what it is searched, and which later tickets are about it.
//!
//! A ticket's `position` orders all tickets of this till: its business date, then its journal, then its number. Every index
//! ends with it, so whatever is searched for is read newest first from where the last page ended, however many there are.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use comptoir_fiscal::entry::{Body, Entry, Tender, Ticket, TicketRef, TicketType};
use comptoir_fiscal::values::{Cents, Date, Instant, RegisterId};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Projection, text};
use crate::history::{Cursor, Since, TicketSearch};
use crate::shop::{Shop, ShopError};

/// How many tickets one search looks at, at most; more are looked at from where it stopped.
const LOOKED_AT_MOST: usize = 10_000;
/// Up to how many cents apart two bounds are looked for amount by amount.
const NARROW: i64 = 100;

const NUMBER_BITS: u32 = 32;
const JOURNAL_BITS: u32 = 11;

pub(super) struct Tickets;

impl Projection for Tickets {
    const NAME: &'static str = "tickets";
    // A journal keeps its row in `journal`, so that its tickets stay in their place among those of others.
    const FORGET: &'static [&'static str] = &[
        "DELETE FROM ticket_tender WHERE position IN (
             SELECT position FROM ticket WHERE journal = (SELECT id FROM journal WHERE register = ?1))",
        "DELETE FROM ticket WHERE journal = (SELECT id FROM journal WHERE register = ?1)",
        "DELETE FROM referral WHERE register = ?1",
    ];

    fn apply(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
        match &entry.body {
            Body::Genesis(genesis) => name_journal(transaction, &text(entry.register), &genesis.label),
            Body::Ticket(ticket) => add(transaction, entry, ticket),
            _ => Ok(()),
        }
    }
}

/// Gives a journal its place among those of this till.
pub(super) fn name_journal(transaction: &Transaction<'_>, register: &str, label: &str) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO journal (register, label) VALUES (?1, ?2)";
    transaction.prepare_cached(sql)?.execute([register, label])?;
    Ok(())
}

fn add(transaction: &Transaction<'_>, entry: &Entry, ticket: &Ticket) -> rusqlite::Result<()> {
    let register = text(entry.register);
    let journal: i64 = transaction
        .prepare_cached("SELECT id FROM journal WHERE register = ?1")?
        .query_row([&register], |row| row.get(0))?;
    let position = position(ticket.business_date, journal, ticket.number)?;
    let mut tenders: Vec<&str> = ticket.payments.iter().map(|payment| payment.tender.as_str()).collect();
    tenders.sort_unstable();
    tenders.dedup();
    let amount = ticket.totals.ttc.get().saturating_abs();
    transaction
        .prepare_cached(
            "INSERT INTO ticket (position, journal, number, seq, at, operator, type, ttc, amount, magnitude, tenders)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            position,
            journal,
            ticket.number,
            entry.seq,
            entry.at.to_string(),
            entry.operator,
            ticket.ticket_type.as_str(),
            ticket.totals.ttc.get(),
            amount,
            magnitude(amount),
            tenders.join(",")
        ])?;
    for tender in tenders {
        transaction
            .prepare_cached("INSERT INTO ticket_tender (tender, position) VALUES (?1, ?2)")?
            .execute(params![tender, position])?;
    }
    if let Some(of) = ticket.refers_to {
        transaction
            .prepare_cached(
                "INSERT INTO referral (of_register, of_number, register, seq, type) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![text(of.register), of.number, register, entry.seq, ticket.ticket_type.as_str()])?;
    }
    Ok(())
}

/// The seq of a ticket in its journal, if this till sealed it.
pub fn seq_of(shop: &Shop, ticket: TicketRef) -> Result<Option<u64>, ShopError> {
    let sql = "SELECT seq FROM ticket WHERE number = ?2 AND journal = (SELECT id FROM journal WHERE register = ?1)";
    let mut find = shop.reading().prepare_cached(sql)?;
    Ok(find.query_row(params![text(ticket.register), ticket.number], |row| row.get(0)).optional()?)
}

/// The journals and seqs of the tickets that are about a ticket: by journal, in the order in which they were sealed.
pub fn about(shop: &Shop, ticket: TicketRef) -> Result<Vec<(RegisterId, u64)>, ShopError> {
    let sql = "SELECT register, seq FROM referral WHERE of_register = ?1 AND of_number = ?2 ORDER BY register, seq";
    let mut find = shop.reading().prepare_cached(sql)?;
    let mut rows = find.query(params![text(ticket.register), ticket.number])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((register_at(row, 0)?, row.get(1)?));
    }
    Ok(found)
}

/// What later tickets did to one.
pub(crate) fn since(shop: &Shop, ticket: TicketRef) -> Result<Since, ShopError> {
    let sql = "SELECT type FROM referral WHERE of_register = ?1 AND of_number = ?2";
    let mut find = shop.reading().prepare_cached(sql)?;
    let mut rows = find.query(params![text(ticket.register), ticket.number])?;
    let mut since = Since::default();
    while let Some(row) = rows.next()? {
        match type_at(row, 0)? {
            TicketType::Return => since.came_back = true,
            TicketType::Cancel => since.cancelled = true,
            TicketType::Correction => since.corrected = true,
            TicketType::Sale => {}
        }
    }
    Ok(since)
}

/// A ticket as the projection has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) ticket: TicketRef,
    pub(crate) label: String,
    pub(crate) at: Instant,
    pub(crate) business_date: Date,
    pub(crate) operator: String,
    pub(crate) ticket_type: TicketType,
    pub(crate) ttc: Cents,
    pub(crate) tenders: Vec<Tender>,
}

/// The label of a journal of this till; none of another's.
pub(crate) fn label_of(shop: &Shop, register: RegisterId) -> Result<Option<String>, ShopError> {
    let mut find = shop.reading().prepare_cached("SELECT label FROM journal WHERE register = ?1")?;
    Ok(find.query_row([text(register)], |row| row.get(0)).optional()?)
}

/// Up to `page` tickets, newest first, from before a cursor on, and where to go on.
pub(crate) fn find(
    shop: &Shop,
    search: &TicketSearch,
    before: Option<Cursor>,
    page: usize,
) -> Result<(Vec<Found>, Option<Cursor>), ShopError> {
    let (oldest, newest) = bounds(search, before);
    let journals = journals(shop)?;
    let keys = keys(search);
    let mut statements =
        keys.iter().map(|key| shop.reading().prepare_cached(&key.sql())).collect::<Result<Vec<_>, _>>()?;
    let mut sources = Vec::new();
    for (statement, key) in statements.iter_mut().zip(&keys) {
        sources.push(statement.query(params![key.value(), oldest, newest])?);
    }
    // The newest that each source has not given yet.
    let mut waiting = BTreeMap::new();
    for (at, source) in sources.iter_mut().enumerate() {
        if let Some(row) = source.next()? {
            waiting.insert(row.get::<_, i64>("position")?, (found(row, &journals)?, at));
        }
    }
    let (mut tickets, mut looked_at) = (Vec::new(), 0);
    while let Some((position, (ticket, at))) = waiting.pop_last() {
        if let Some(row) = sources.get_mut(at).map(|source| source.next()).transpose()?.flatten() {
            waiting.insert(row.get("position")?, (found(row, &journals)?, at));
        }
        looked_at += 1;
        if matches(search, &ticket) {
            tickets.push(ticket);
        }
        if tickets.len() == page || looked_at == LOOKED_AT_MOST {
            return Ok((tickets, Some(Cursor(position)).filter(|_| !waiting.is_empty())));
        }
    }
    Ok((tickets, None))
}

/// One way into the tickets, by an index that gives them newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Number(u64),
    Amount(i64),
    Magnitude(i64),
    Type(TicketType),
    Operator(String),
    Tender(Tender),
    All,
}

impl Key {
    fn sql(&self) -> String {
        let (from, is) = match self {
            Key::Number(_) => ("ticket INDEXED BY ticket_by_number", "number = ?1 AND"),
            Key::Amount(_) => ("ticket INDEXED BY ticket_by_amount", "amount = ?1 AND"),
            Key::Magnitude(_) => ("ticket INDEXED BY ticket_by_magnitude", "magnitude = ?1 AND"),
            Key::Type(_) => ("ticket INDEXED BY ticket_by_type", "type = ?1 AND"),
            Key::Operator(_) => ("ticket INDEXED BY ticket_by_operator", "operator = ?1 AND"),
            Key::Tender(_) => ("ticket_tender AS found CROSS JOIN ticket USING (position)", "tender = ?1 AND"),
            Key::All => ("ticket", ""),
        };
        let position = if matches!(self, Key::Tender(_)) { "found.position" } else { "ticket.position" };
        format!(
            "SELECT ticket.position AS position, journal, number, at, operator, type, ttc, tenders FROM {from}
             WHERE {is} {position} BETWEEN ?2 AND ?3 ORDER BY {position} DESC"
        )
    }

    fn value(&self) -> Value {
        match self {
            Key::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
            Key::Amount(amount) => (*amount).into(),
            Key::Magnitude(magnitude) => (*magnitude).into(),
            Key::Type(ticket_type) => ticket_type.as_str().to_owned().into(),
            Key::Operator(operator) => operator.clone().into(),
            Key::Tender(tender) => tender.as_str().to_owned().into(),
            Key::All => Value::Null,
        }
    }
}

/// The way, or the ways side by side, that pass by the fewest tickets that are not searched for.
fn keys(search: &TicketSearch) -> Vec<Key> {
    let amounts = search.amounts.map(|(least, most)| (least.get(), most.get()));
    if let Some(number) = search.number {
        return vec![Key::Number(number)];
    }
    if let Some((least, most)) = amounts.filter(|(least, most)| most - least < NARROW) {
        return (least..=most).map(Key::Amount).collect();
    }
    if let Some(ticket_type) = search.ticket_type.filter(|ticket_type| *ticket_type != TicketType::Sale) {
        return vec![Key::Type(ticket_type)];
    }
    let is_rare = |tender: &Tender| !matches!(tender, Tender::Cash | Tender::Card);
    if let Some(tender) = search.tender.filter(is_rare) {
        return vec![Key::Tender(tender)];
    }
    if let Some(operator) = &search.operator {
        return vec![Key::Operator(operator.clone())];
    }
    if let Some(tender) = search.tender {
        return vec![Key::Tender(tender)];
    }
    if let Some((least, most)) = amounts {
        return (magnitude(least)..=magnitude(most)).map(Key::Magnitude).collect();
    }
    vec![search.ticket_type.map_or(Key::All, Key::Type)]
}

fn matches(search: &TicketSearch, found: &Found) -> bool {
    let amount = Cents::new(found.ttc.get().saturating_abs());
    search.number.is_none_or(|number| found.ticket.number == number)
        && search.amounts.is_none_or(|(least, most)| (least..=most).contains(&amount))
        && search.operator.as_ref().is_none_or(|operator| found.operator == *operator)
        && search.ticket_type.is_none_or(|ticket_type| found.ticket_type == ticket_type)
        && search.tender.is_none_or(|tender| found.tenders.contains(&tender))
}

/// The positions between which is searched, both included.
fn bounds(search: &TicketSearch, before: Option<Cursor>) -> (i64, i64) {
    let day = |date: Date| i64::from(date.0.num_days_from_ce()) << (NUMBER_BITS + JOURNAL_BITS);
    let next_day = 1i64 << (NUMBER_BITS + JOURNAL_BITS);
    let (oldest, newest) = search.dates.map_or((0, i64::MAX), |(first, last)| (day(first), day(last) + next_day - 1));
    (oldest, before.map_or(newest, |Cursor(position)| newest.min(position - 1)))
}

/// Where a ticket stands among all.
fn position(date: Date, journal: i64, number: u64) -> rusqlite::Result<i64> {
    let too_many = || rusqlite::Error::IntegralValueOutOfRange(0, journal);
    let number = u32::try_from(number).map_err(|_| too_many())?;
    if !(0..1 << JOURNAL_BITS).contains(&journal) {
        return Err(too_many());
    }
    let day = i64::from(date.0.num_days_from_ce());
    Ok((day << JOURNAL_BITS | journal) << NUMBER_BITS | i64::from(number))
}

fn date_at(position: i64) -> Option<Date> {
    let day = position >> (NUMBER_BITS + JOURNAL_BITS);
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?).map(Date)
}

/// How many binary digits an amount has: tickets of about the same amount lie side by side under it.
fn magnitude(amount: i64) -> i64 {
    i64::from(i64::BITS - amount.leading_zeros())
}

fn journals(shop: &Shop) -> Result<HashMap<i64, (RegisterId, String)>, ShopError> {
    let mut find = shop.reading().prepare_cached("SELECT id, register, label FROM journal")?;
    let mut rows = find.query([])?;
    let mut journals = HashMap::new();
    while let Some(row) = rows.next()? {
        journals.insert(row.get(0)?, (register_at(row, 1)?, row.get(2)?));
    }
    Ok(journals)
}

fn found(row: &Row<'_>, journals: &HashMap<i64, (RegisterId, String)>) -> rusqlite::Result<Found> {
    let unreadable = || rusqlite::Error::InvalidQuery;
    let (register, label) = journals.get(&row.get("journal")?).ok_or_else(unreadable)?;
    let tenders = row.get_ref("tenders")?.as_str()?;
    let tender = |name: &str| Tender::ALL.into_iter().find(|tender| tender.as_str() == name);
    Ok(Found {
        ticket: TicketRef { register: *register, number: row.get("number")? },
        label: label.clone(),
        at: row.get_ref("at")?.as_str()?.parse().map_err(|_| unreadable())?,
        business_date: date_at(row.get("position")?).ok_or_else(unreadable)?,
        operator: row.get("operator")?,
        ticket_type: type_at(row, 5)?,
        ttc: Cents::new(row.get("ttc")?),
        tenders: tenders.split(',').filter_map(tender).collect(),
    })
}

fn type_at(row: &Row<'_>, column: usize) -> rusqlite::Result<TicketType> {
    let name = row.get_ref(column)?.as_str()?;
    let all = [TicketType::Sale, TicketType::Return, TicketType::Cancel, TicketType::Correction];
    all.into_iter().find(|known| known.as_str() == name).ok_or(rusqlite::Error::InvalidQuery)
}

fn register_at(row: &Row<'_>, column: usize) -> rusqlite::Result<RegisterId> {
    row.get_ref(column)?.as_str()?.parse().map_err(|_| rusqlite::Error::InvalidQuery)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cents(amount: i64) -> Cents {
        Cents::new(amount)
    }

    fn plan(shop: &Shop, key: &Key) -> Vec<String> {
        let mut explain = shop.reading().prepare(&format!("EXPLAIN QUERY PLAN {}", key.sql())).unwrap();
        let steps = explain.query_map(params![key.value(), 0, i64::MAX], |row| row.get(3)).unwrap();
        steps.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn whatever_is_searched_for_an_index_gives_it_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let shop = Shop::open(&folder.path().join("shop.db")).unwrap();
        for (key, by) in [
            (Key::Number(1), "USING INDEX ticket_by_number (number=?)"),
            (Key::Amount(1), "USING INDEX ticket_by_amount (amount=? AND rowid>? AND rowid<?)"),
            (Key::Magnitude(1), "USING INDEX ticket_by_magnitude (magnitude=? AND rowid>? AND rowid<?)"),
            (Key::Type(TicketType::Cancel), "USING INDEX ticket_by_type (type=? AND rowid>? AND rowid<?)"),
            (Key::Operator("a".to_owned()), "USING INDEX ticket_by_operator (operator=? AND rowid>? AND rowid<?)"),
            (Key::Tender(Tender::Card), "USING PRIMARY KEY (tender=? AND position>? AND position<?)"),
            (Key::All, "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ] {
            let steps = plan(&shop, &key);
            assert!(steps[0].contains(by), "{key:?}: {steps:?}");
            assert!(steps.iter().all(|step| !step.starts_with("SCAN")), "{key:?}: {steps:?}");
            // One number is borne by a ticket of each journal, so there is nothing much to sort.
            let sorts = steps.iter().any(|step| step.contains("ORDER BY"));
            assert_eq!(sorts, matches!(key, Key::Number(_)), "{key:?}: {steps:?}");
        }
        for (sql, by) in [
            ("SELECT type FROM referral WHERE of_register = 'a' AND of_number = 1", "USING PRIMARY KEY"),
            ("SELECT seq FROM ticket WHERE number = 1 AND journal = 1", "USING INDEX ticket_by_number"),
            (
                "SELECT last_seq FROM closed_period WHERE register = 'a' AND period = 'month' AND archived = 0",
                "closed_period_to_archive",
            ),
        ] {
            let explained = format!("EXPLAIN QUERY PLAN {sql}");
            let step: String = shop.reading().query_row(&explained, [], |row| row.get(3)).unwrap();
            assert!(step.starts_with("SEARCH") && step.contains(by), "{step}");
        }
    }

    #[test]
    fn the_rarest_of_what_is_asked_leads_the_search() {
        let all = TicketSearch {
            number: Some(3),
            amounts: Some((cents(500), cents(500))),
            operator: Some("a".to_owned()),
            ticket_type: Some(TicketType::Cancel),
            tender: Some(Tender::Card),
            dates: None,
        };
        assert_eq!(keys(&all), [Key::Number(3)]);
        let search = TicketSearch { number: None, ..all };
        assert_eq!(keys(&search), [Key::Amount(500)]);
        let search = TicketSearch { amounts: Some((cents(0), cents(1000))), ..search };
        assert_eq!(keys(&search), [Key::Type(TicketType::Cancel)]);
        let search = TicketSearch { ticket_type: Some(TicketType::Sale), ..search };
        assert_eq!(keys(&search), [Key::Operator("a".to_owned())]);
        let by_cheque = TicketSearch { tender: Some(Tender::Cheque), ..search.clone() };
        assert_eq!(keys(&by_cheque), [Key::Tender(Tender::Cheque)]);
        let search = TicketSearch { operator: None, ..search };
        assert_eq!(keys(&search), [Key::Tender(Tender::Card)]);
        let search = TicketSearch { tender: None, ..search };
        assert_eq!(keys(&search).len(), 11, "0 to 1,000 has up to ten binary digits");
        assert_eq!(keys(&TicketSearch { amounts: None, ..search }), [Key::Type(TicketType::Sale)]);
        assert_eq!(keys(&TicketSearch::default()), [Key::All]);
    }

    #[test]
    fn a_search_that_finds_little_stops_and_goes_on_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = Shop::open(&folder.path().join("shop.db")).unwrap();
        let register = "0192f0c1-7a3e-7c55-9d1b-3f0a6a1c2b3d";
        shop.connection()
            .execute("INSERT INTO journal (id, register, label) VALUES (1, ?1, '01')", [register])
            .unwrap();
        let date: Date = "2026-11-20".parse().unwrap();
        let first = position(date, 1, 1).unwrap();
        let others = i64::try_from(LOOKED_AT_MOST).unwrap() + 5;
        // The oldest is of another amount than all after it.
        shop.connection()
            .execute(
                "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
                 INSERT INTO ticket (position, journal, number, seq, at, operator, type, ttc, amount, magnitude, tenders)
                 SELECT ?1 + n, 1, n + 1, n + 1, '2026-11-20T10:00:00+01:00', 'a', 'sale',
                        iif(n = 0, 9000, 100), iif(n = 0, 9000, 100), iif(n = 0, 14, 7), 'cash' FROM n",
                [first, others],
            )
            .unwrap();
        let search = TicketSearch {
            operator: Some("a".to_owned()),
            amounts: Some((cents(5000), cents(10_000))),
            ..TicketSearch::default()
        };
        let (found, next) = find(&shop, &search, None, 10).unwrap();
        assert_eq!((found.len(), next.is_some()), (0, true));
        let (found, next) = find(&shop, &search, next, 10).unwrap();
        assert_eq!((found.len(), next), (1, None));
        assert_eq!((found[0].ticket.number, found[0].business_date), (1, date));
    }

    proptest! {
        #[test]
        fn tickets_stand_in_order_of_their_date_then_their_journal_then_their_number(
            one in (0i32..40_000, 0i64..2048, 1u64..4_000_000_000),
            other in (0i32..40_000, 0i64..2048, 1u64..4_000_000_000),
        ) {
            let first = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
            let date = |days: i32| Date(first + chrono::Days::new(u64::try_from(days).unwrap()));
            let place = |(days, journal, number)| position(date(days), journal, number).unwrap();
            prop_assert_eq!(place(one).cmp(&place(other)), one.cmp(&other));
            prop_assert_eq!(date_at(place(one)), Some(date(one.0)));
            let search = TicketSearch { dates: Some((date(one.0), date(one.0))), ..TicketSearch::default() };
            let (oldest, newest) = bounds(&search, None);
            prop_assert_eq!((oldest..=newest).contains(&place(other)), one.0 == other.0);
        }

        #[test]
        fn an_amount_lies_within_the_magnitudes_of_any_bounds_around_it(
            amount in 0i64..10_000_000, below in 0i64..10_000_000, above in 0i64..10_000_000,
        ) {
            let (least, most) = ((amount - below).max(0), amount + above);
            prop_assert!((magnitude(least)..=magnitude(most)).contains(&magnitude(amount)));
        }
    }
}
