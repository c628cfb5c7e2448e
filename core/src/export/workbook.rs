//! A workbook: long tables are written row by row to the disk, so that a million lines need no more memory than a day.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Timelike};
use comptoir_fiscal::language::{Language, Message, Translations};
use comptoir_fiscal::message;
use comptoir_fiscal::values::{Cents, Rate};
use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, Formula, Table, TableColumn, TableFunction, TableStyle, Workbook,
    Worksheet, XlsxError,
};

use super::folder::part;
use super::sheets::{Sheet, Value};
use super::summary::Summary;
use super::{ExportError, Tables, What};

/// The most rows of a sheet below its header; what is more goes on a further sheet.
const MOST_ROWS: u32 = 1_048_575;

/// The most letters of a cell.
const LONGEST: usize = 32_767;

/// What a column is wider than its words: room for the button of the filter.
const ROOM: u8 = 3;

/// The blue of headers and charts.
pub(super) const BLUE: Color = Color::RGB(0x1F_4E_79);

/// How cells are shown.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) quiet: Format,
    pub(super) header: Format,
    pub(super) number_header: Format,
    pub(super) strong: Format,
    pub(super) money: Format,
    pub(super) strong_money: Format,
    pub(super) rate: Format,
    pub(super) date: Format,
    pub(super) instant: Format,
    pub(super) count: Format,
    pub(super) text: Format,
    pub(super) wrapped: Format,
    /// Of amounts along an axis.
    pub(super) axis: &'static str,
}

impl Formats {
    fn new(language: Language) -> Formats {
        let (money, rate, date, instant) = match language {
            Language::French => ("#,##0.00\\ \"€\"", "0.0#\\ %", "dd/mm/yyyy", "dd/mm/yyyy\\ hh:mm:ss"),
            Language::English => ("\"€\"#,##0.00", "0.0#%", "d\\ mmm\\ yyyy", "d\\ mmm\\ yyyy\\ hh:mm:ss"),
        };
        let header = Format::new().set_bold().set_font_color(Color::White).set_background_color(BLUE);
        let header = header.set_align(FormatAlign::VerticalCenter).set_border_bottom(FormatBorder::Thin);
        let shown = |format: &str| Format::new().set_num_format(format).set_align(FormatAlign::Right);
        Formats {
            title: Format::new().set_bold().set_font_size(18).set_font_color(BLUE),
            quiet: Format::new().set_font_color(Color::RGB(0x59_59_59)),
            number_header: header.clone().set_align(FormatAlign::Right),
            header: header.set_align(FormatAlign::Left).set_indent(1),
            strong: Format::new().set_bold(),
            strong_money: shown(money).set_bold(),
            money: shown(money),
            rate: shown(rate),
            date: shown(date),
            instant: shown(instant),
            count: shown("#,##0"),
            axis: if language == Language::French { "#,##0\\ \"€\"" } else { "\"€\"#,##0" },
            text: Format::new().set_indent(1),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }
}

/// A sheet and how many rows are written below its header.
struct Open {
    sheet: Sheet,
    at: usize,
    rows: u32,
    /// Whether what comes next goes on a further sheet.
    is_full: bool,
}

pub(super) struct Book<'t> {
    pub(super) workbook: Workbook,
    pub(super) texts: &'t Translations,
    pub(super) formats: Formats,
    path: PathBuf,
    open: Vec<Open>,
}

impl<'t> Book<'t> {
    pub(super) fn begin(path: &Path, what: What, texts: &'t Translations) -> Result<Book<'t>, ExportError> {
        if path.exists() {
            return Err(ExportError::Exists { path: path.to_owned() });
        }
        let (workbook, formats) = (Workbook::new(), Formats::new(texts.language()));
        let mut book = Book { workbook, texts, formats, path: path.to_owned(), open: Vec::new() };
        if what.has_sales() {
            let name = texts.say(&super::summary::title());
            book.workbook.add_worksheet().set_name(name)?;
        }
        for sheet in Sheet::ALL.into_iter().filter(|sheet| sheet.is_of(what)) {
            book.begin_sheet(sheet, 1)?;
        }
        if what.has_sales() {
            let name = texts.say(&super::summary::analysis());
            book.workbook.add_worksheet().set_name(name)?;
        }
        Ok(book)
    }

    /// Writes what is derived, and the whole file under a name that is not its own yet.
    pub(super) fn complete(&mut self, summary: &Summary<'_>) -> Result<(), ExportError> {
        for open in &self.open {
            let last_row = open.rows;
            let columns_of = open.sheet.headings();
            let Some(last_column) = columns_of.len().checked_sub(1).and_then(|last| u16::try_from(last).ok()) else {
                continue;
            };
            let sheet = self.workbook.worksheet_from_index(open.at)?;
            match open.sheet.is_long() || last_row == 0 {
                true => drop(sheet.autofilter(0, 0, last_row, last_column)?),
                false => {
                    let sums = open.sheet.amount_column();
                    let columns = columns_of.iter().zip(0..).map(|(heading, at)| {
                        let header = if heading.is_number { &self.formats.number_header } else { &self.formats.header };
                        let column = TableColumn::new().set_header(self.texts.say(&heading.title));
                        let column = column.set_header_format(header);
                        match Some(at) == sums {
                            true => column.set_total_function(TableFunction::Sum).set_format(&self.formats.money),
                            false if at == 0 => column.set_total_label(self.texts.say(&message!("Total"))),
                            false => column,
                        }
                    });
                    let columns: Vec<TableColumn> = columns.collect();
                    let name = if open.sheet == Sheet::Days { "Days" } else { "VatByDay" };
                    let table = Table::new()
                        .set_name(name)
                        .set_columns(&columns)
                        .set_total_row(true)
                        .set_style(TableStyle::Light1);
                    sheet.add_table(0, 0, last_row + 1, last_column, &table)?;
                    // Where a spreadsheet does not compute on opening, it shows what is known here.
                    if let Some((column, heading)) = sums.zip(sums.and_then(|at| columns_of.get(usize::from(at)))) {
                        let total = euros(summary.figures.turnover_of(open.sheet)).to_string();
                        let title = self.texts.say(&heading.title);
                        let formula = Formula::new(format!("SUBTOTAL(109,{name}[{title}])")).set_result(total);
                        sheet.write_formula_with_format(last_row + 1, column, formula, &self.formats.strong_money)?;
                    }
                }
            }
        }
        if summary.subject.what.has_sales() {
            summary.write(self)?;
        }
        let part = part(&self.path);
        let io = |cause| ExportError::Io { path: part.clone(), cause };
        let file = File::create(&part).map_err(io)?;
        self.workbook.save_to_writer(&file)?;
        file.sync_all().map_err(io)
    }

    pub(super) fn publish(self) -> Result<Vec<PathBuf>, ExportError> {
        fs::rename(part(&self.path), &self.path).map_err(|cause| ExportError::Io { path: self.path.clone(), cause })?;
        Ok(vec![self.path])
    }

    /// Takes away what was written.
    pub(super) fn abandon(self) {
        // What is not there, or cannot be removed, is no loss beside what went wrong.
        let _ = fs::remove_file(part(&self.path));
    }

    /// The formula that sums the amounts of a table, over all of its sheets, shown as what it comes to.
    pub(super) fn sum_of(&self, sheet: Sheet, column: u16, shown: Cents) -> Option<Formula> {
        let ranges: Vec<String> = self
            .open
            .iter()
            .filter(|open| open.sheet == sheet && open.rows > 0)
            .map(|open| {
                let letter = char::from_u32(u32::from(b'A') + u32::from(column)).unwrap_or('A');
                let name = self.name(sheet, open);
                format!("'{name}'!{letter}2:{letter}{}", open.rows + 1)
            })
            .collect();
        if ranges.is_empty() {
            return None;
        }
        Some(Formula::new(format!("ROUND(SUM({}),2)", ranges.join(","))).set_result(euros(shown).to_string()))
    }

    fn name(&self, sheet: Sheet, open: &Open) -> String {
        let before = self.open.iter().take_while(|other| other.at != open.at).filter(|other| other.sheet == sheet);
        part_name(&self.texts.say(&sheet.title()), before.count() + 1)
    }

    fn begin_sheet(&mut self, sheet: Sheet, number: usize) -> Result<(), ExportError> {
        let worksheet = match sheet.is_long() {
            true => self.workbook.add_worksheet_with_constant_memory()?,
            false => self.workbook.add_worksheet(),
        };
        worksheet.set_name(part_name(&self.texts.say(&sheet.title()), number))?;
        let pages = if sheet == Sheet::Products { 2 } else { 1 };
        worksheet.set_freeze_panes(1, 0)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(pages, 0);
        worksheet.set_repeat_rows(0, 0)?.set_row_height(0, 20)?;
        for (heading, column) in sheet.headings().iter().zip(0..) {
            worksheet.set_column_width(column, f64::from(heading.width + ROOM))?;
            let format = if heading.is_number { &self.formats.number_header } else { &self.formats.header };
            worksheet.write_string_with_format(0, column, self.texts.say(&heading.title), format)?;
        }
        let at = self.workbook.worksheets().len() - 1;
        self.open.push(Open { sheet, at, rows: 0, is_full: false });
        Ok(())
    }
}

impl Tables for Book<'_> {
    fn add(&mut self, sheet: Sheet, row: &[Value]) -> Result<(), ExportError> {
        let current = self.open.iter().position(|open| open.sheet == sheet && !open.is_full);
        let Some(mut current) = current else { return Ok(()) };
        if self.open[current].rows == MOST_ROWS {
            self.open[current].is_full = true;
            let number = self.open.iter().filter(|open| open.sheet == sheet).count() + 1;
            self.begin_sheet(sheet, number)?;
            current = self.open.len() - 1;
        }
        let open = &mut self.open[current];
        open.rows += 1;
        let worksheet = self.workbook.worksheet_from_index(open.at)?;
        for (value, column) in row.iter().zip(0..) {
            write(worksheet, open.rows, column, value, &self.formats, self.texts)?;
        }
        Ok(())
    }
}

impl From<XlsxError> for ExportError {
    fn from(error: XlsxError) -> ExportError {
        ExportError::Workbook { why: error.to_string() }
    }
}

/// Writes a value as what it is: a number, a date or a text, never a formula.
pub(super) fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value,
    formats: &Formats,
    texts: &Translations,
) -> Result<(), XlsxError> {
    match value {
        Value::Text(text) => sheet.write_string_with_format(row, column, cut(text), &formats.text)?,
        Value::Words(words) => sheet.write_string_with_format(row, column, texts.say(words), &formats.text)?,
        Value::List(words) => sheet.write_string_with_format(row, column, listed(words, texts), &formats.text)?,
        Value::Money(amount) => sheet.write_number_with_format(row, column, euros(*amount), &formats.money)?,
        Value::Thousandths(number) => sheet.write_number(row, column, thousandths(*number))?,
        Value::Rate(rate) => sheet.write_number_with_format(row, column, fraction(*rate), &formats.rate)?,
        Value::Date(date) => sheet.write_number_with_format(row, column, serial(date.0), &formats.date)?,
        Value::Instant(at) => {
            let of_day = f64::from(at.time().num_seconds_from_midnight()) / 86_400.0;
            sheet.write_number_with_format(row, column, serial(at.date()) + of_day, &formats.instant)?
        }
        Value::Count(count) => sheet.write_number(row, column, whole(*count))?,
        Value::Truth(truth) => sheet.write_string_with_format(row, column, texts.say(&yes(*truth)), &formats.text)?,
        Value::Nothing => return Ok(()),
    };
    Ok(())
}

/// Words with commas between.
pub(super) fn listed(words: &[Message], texts: &Translations) -> String {
    words.iter().map(|words| texts.say(words)).collect::<Vec<_>>().join(", ")
}

pub(super) fn yes(truth: bool) -> Message {
    if truth { message!("yes") } else { message!("no") }
}

/// An amount as spreadsheets hold it: the binary number nearest to it, which is shown and summed as the amount.
pub(super) fn euros(amount: Cents) -> f64 {
    amount.get() as f64 / 100.0
}

/// A date as spreadsheets count days: 1 March 1900 is 61, as if that year had had a 29 February.
fn serial(date: NaiveDate) -> f64 {
    date.signed_duration_since(NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default()).num_days() as f64
}

fn thousandths(number: i64) -> f64 {
    number as f64 / 1000.0
}

fn fraction(rate: Rate) -> f64 {
    f64::from(rate.basis_points()) / 10_000.0
}

pub(super) fn whole(count: u64) -> f64 {
    count as f64
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn part_name(title: &str, number: usize) -> String {
    if number == 1 { title.to_owned() } else { format!("{title} {number}") }
}
