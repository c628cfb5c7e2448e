//! The first sheet of a workbook, with its figures and charts, and the sheet of sums that the charts draw.

use comptoir_fiscal::language::Message;
use comptoir_fiscal::message;
use comptoir_fiscal::values::Cents;
use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartFont, ChartFormat, ChartLine, ChartSolidFill, ChartType, Color, Format,
    FormatAlign, Table, TableColumn, TableStyle,
};

use super::sales::Figures;
use super::sheets::{Sheet, Value};
use super::workbook::{BLUE, Book, euros, whole, write};
use super::{ExportError, Subject};
use crate::paper::words;

/// How many categories a chart shows; the sheet has all.
const CHARTED_CATEGORIES: usize = 12;

/// The size of a chart, in pixels: two side by side are as wide as a page.
const CHART: (u32, u32) = (520, 290);

/// The name of the first sheet.
pub(super) fn title() -> Message {
    message!("Summary")
}

/// The name of the sheet of sums.
pub(super) fn analysis() -> Message {
    message!("Analysis")
}

pub(super) struct Summary<'e> {
    pub(super) subject: &'e Subject<'e>,
    pub(super) figures: &'e Figures,
}

/// A small table of the sheet of sums, and where it stands.
struct Block {
    title: Message,
    headings: Vec<Message>,
    rows: Vec<Vec<Value>>,
    column: u16,
    /// How a chart shows its first column.
    axis: &'static str,
}

impl Block {
    /// The last row of it, or of so many of its first rows.
    fn last_row(&self, most: usize) -> u32 {
        u32::try_from(self.rows.len().min(most)).unwrap_or(0) + 1
    }
}

impl Summary<'_> {
    pub(super) fn write(&self, book: &mut Book<'_>) -> Result<(), ExportError> {
        let blocks = self.blocks();
        self.write_analysis(book, &blocks)?;
        let row = self.write_figures(book)?;
        self.write_charts(book, &blocks, row + 1)
    }

    fn write_figures(&self, book: &mut Book<'_>) -> Result<u32, ExportError> {
        let (subject, figures) = (self.subject, self.figures);
        let texts = book.texts;
        let shop = subject.shop;
        let period = match (subject.dates.from, subject.dates.to) {
            (Some(from), Some(to)) => message!("From {from} to {to}", from = from, to = to),
            (Some(from), None) => message!("From {from} on", from = from),
            (None, Some(to)) => message!("Up to {to}", to = to),
            (None, None) => message!("From the first sale on"),
        };
        let head = [
            shop.merchant.name.clone(),
            format!("{} — SIRET {}", shop.store.name, shop.merchant.siret),
            texts.say(&period),
            texts.say(&message!(
                "Till {tills}, exported on {at} by {software}",
                tills = figures.tills.join(", "),
                at = subject.at,
                software = format!("{} {}", shop.software.name, shop.software.version)
            )),
        ];
        let Figures { totals, tickets, closed, open, .. } = figures;
        let payments: Cents = figures.by_tender.values().map(|taken| taken.amount).sum();
        let lines = totals.ttc;
        let rows = [
            (message!("Turnover incl. VAT"), totals.ttc, Sheet::Tickets, 11, message!("the tickets")),
            (message!("Turnover excl. VAT"), totals.ht, Sheet::Tickets, 9, message!("the tickets")),
            (message!("VAT amount"), totals.vat_sum(), Sheet::Tickets, 10, message!("the tickets")),
            (message!("Lines, discounts taken off"), lines, Sheet::Lines, 12, message!("the lines")),
            (message!("Payments, change taken off"), payments, Sheet::Payments, 6, message!("the payments")),
            (message!("VAT table incl. VAT"), totals.ttc, Sheet::Vat, 5, message!("the VAT by day")),
            (
                message!("Closings and open days"),
                *closed + *open,
                Sheet::Days,
                8,
                message!("the closings, and the tickets of open days"),
            ),
        ];
        let formulas: Vec<_> = rows.iter().map(|(_, shown, sheet, at, _)| book.sum_of(*sheet, *at, *shown)).collect();
        let notes = self.notes();
        let formats = &book.formats;
        let sheet = book.workbook.worksheet_from_index(0)?;
        sheet.set_portrait().set_paper_size(9).set_print_fit_to_pages(1, 1).set_screen_gridlines(false);
        for (column, width) in [(0, 34.0), (1, 18.0), (2, 18.0), (3, 62.0)] {
            sheet.set_column_width(column, width)?;
        }
        sheet.set_row_height(0, 28)?;
        sheet.write_string_with_format(0, 0, texts.say(&message!("Sales")), &formats.title)?;
        let mut row = 1;
        for line in head.iter().filter(|line| !line.is_empty()) {
            sheet.write_string_with_format(row, 0, line, &formats.quiet)?;
            row += 1;
        }
        row += 1;
        let headings = [message!("Figure"), message!("Amount"), message!("Recomputed here"), message!("As the sum of")];
        let beside_amounts = |format: &Format| format.clone().set_align(FormatAlign::Left).set_indent(2);
        for (heading, column) in headings.iter().zip(0..) {
            let format = match column {
                1 | 2 => formats.number_header.clone(),
                3 => beside_amounts(&formats.header),
                _ => formats.header.clone().set_indent(0),
            };
            sheet.write_string_with_format(row, column, texts.say(heading), &format)?;
        }
        for ((name, amount, .., what), formula) in rows.iter().zip(formulas) {
            row += 1;
            sheet.write_string_with_format(row, 0, texts.say(name), &formats.strong)?;
            sheet.write_number_with_format(row, 1, euros(*amount), &formats.strong_money)?;
            if let Some(formula) = formula {
                sheet.write_formula_with_format(row, 2, formula, &formats.money)?;
            }
            sheet.write_string_with_format(row, 3, texts.say(what), &beside_amounts(&formats.quiet))?;
        }
        row += 1;
        sheet.write_string_with_format(row, 0, texts.say(&message!("Tickets")), &formats.strong)?;
        sheet.write_number_with_format(row, 1, whole(*tickets), &formats.count)?;
        row += 1;
        for note in notes {
            row += 1;
            sheet.merge_range(row, 0, row, 3, &texts.say(&note), &formats.wrapped)?;
        }
        Ok(row)
    }

    /// What a reader is to know of the figures.
    fn notes(&self) -> Vec<Message> {
        let mut notes = vec![message!(
            "Figures are those that were sealed. “Recomputed here” is a formula over this workbook's sheets, and comes to the same."
        )];
        if !self.figures.open.is_zero() {
            notes.push(message!("Days without a closing come to {open} so far.", open = self.figures.open));
        }
        if !self.figures.left_out.is_empty() {
            let journals = self.figures.left_out.join(", ");
            notes.push(message!(
                "These journals are damaged and could not be read to their end: {journals}.",
                journals = journals
            ));
        }
        notes
    }

    fn blocks(&self) -> Vec<Block> {
        let figures = self.figures;
        let mut categories: Vec<(&String, &Cents)> = figures.by_category.iter().collect();
        categories.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let category = |(name, sum): (&String, &Cents)| {
            let name = if name.is_empty() { message!("Without category").into() } else { Value::text(name) };
            vec![name, (*sum).into()]
        };
        let hours = figures.by_hour.keys().min().copied().zip(figures.by_hour.keys().max().copied());
        let hour = |hour: u32| {
            let (count, sum) = figures.by_hour.get(&hour).copied().unwrap_or_default();
            vec![Value::Text(format!("{hour:02}:00")), count.into(), sum.into()]
        };
        let mut tenders: Vec<_> = figures.by_tender.iter().collect();
        tenders.sort_by_key(|(_, taken)| std::cmp::Reverse(taken.amount));
        let mut column = 0;
        let mut block = |title: Message, headings: Vec<Message>, rows: Vec<Vec<Value>>| {
            let width = u16::try_from(headings.len()).unwrap_or(0);
            let axis = match rows.first().and_then(|row| row.first()) {
                Some(Value::Date(_)) => "dd/mm",
                Some(Value::Rate(_)) => "0.0#\\ %",
                _ => "General",
            };
            let block = Block { title, headings, rows, column, axis };
            column += width + 1;
            block
        };
        let (tickets, turnover) = (|| message!("Tickets"), || message!("Turnover"));
        vec![
            block(
                message!("Turnover by day"),
                vec![message!("Day"), tickets(), turnover()],
                figures
                    .by_day
                    .iter()
                    .map(|(day, (count, sum))| vec![(*day).into(), (*count).into(), (*sum).into()])
                    .collect(),
            ),
            block(
                message!("Turnover by hour"),
                vec![message!("Hour"), tickets(), turnover()],
                hours.map(|(first, last)| (first..=last).map(hour).collect()).unwrap_or_default(),
            ),
            block(
                message!("Turnover by category"),
                vec![message!("Category"), turnover()],
                categories.into_iter().map(category).collect(),
            ),
            block(
                message!("Turnover by VAT rate"),
                vec![message!("VAT rate"), message!("Excl. VAT"), message!("VAT amount"), turnover()],
                figures
                    .totals
                    .vat
                    .iter()
                    .map(|row| vec![row.rate.into(), row.ht.into(), row.vat.into(), row.ttc.into()])
                    .collect(),
            ),
            block(
                message!("Payments by means"),
                vec![message!("Means of payment"), message!("Payments"), message!("Amount")],
                tenders
                    .into_iter()
                    .map(|(tender, taken)| vec![words::tender(*tender).into(), taken.count.into(), taken.amount.into()])
                    .collect(),
            ),
        ]
    }

    fn write_analysis(&self, book: &mut Book<'_>, blocks: &[Block]) -> Result<(), ExportError> {
        let texts = book.texts;
        let name = texts.say(&analysis());
        let formats = &book.formats;
        let sheet = book.workbook.worksheet_from_name(&name)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_freeze_panes(2, 0)?;
        for block in blocks {
            sheet.write_string_with_format(0, block.column, texts.say(&block.title), &formats.strong)?;
            let mut columns = Vec::new();
            for (heading, column) in block.headings.iter().zip(block.column..) {
                let title = texts.say(heading);
                let is_text =
                    matches!(block.rows.first().and_then(|row| row.first()), Some(Value::Text(_) | Value::Words(_)));
                let (is_text, width) = match column == block.column {
                    true if is_text => (true, 30.0),
                    _ => (false, 18.0),
                };
                let header = if is_text { &formats.header } else { &formats.number_header };
                sheet.set_column_width(column, width)?;
                sheet.write_string_with_format(1, column, &title, header)?;
                columns.push(TableColumn::new().set_header(title).set_header_format(header));
            }
            for (values, row) in block.rows.iter().zip(2..) {
                for (value, column) in values.iter().zip(block.column..) {
                    write(sheet, row, column, value, formats, texts)?;
                }
            }
            if let Some(last) = columns.len().checked_sub(1).and_then(|last| u16::try_from(last).ok())
                && !block.rows.is_empty()
            {
                let table = Table::new().set_columns(&columns).set_style(TableStyle::Light1);
                sheet.add_table(1, block.column, block.last_row(usize::MAX), block.column + last, &table)?;
            }
        }
        Ok(())
    }

    fn write_charts(&self, book: &mut Book<'_>, blocks: &[Block], from: u32) -> Result<(), ExportError> {
        let texts = book.texts;
        let source = texts.say(&analysis());
        let (money, sheet) = (book.formats.axis, book.workbook.worksheet_from_index(0)?);
        let kinds = [
            (ChartType::Column, usize::MAX),
            (ChartType::Column, usize::MAX),
            (ChartType::Bar, CHARTED_CATEGORIES),
            (ChartType::Column, usize::MAX),
            (ChartType::Bar, usize::MAX),
        ];
        let drawn = blocks.iter().zip(kinds).filter(|(block, _)| !block.rows.is_empty());
        for ((block, (kind, most)), place) in drawn.zip(0..) {
            let (first, last) = (2, block.last_row(most));
            let Some(value) = u16::try_from(block.headings.len()).ok().map(|width| block.column + width - 1) else {
                continue;
            };
            let mut chart = Chart::new(kind);
            chart.set_width(CHART.0).set_height(CHART.1).set_alt_text(texts.say(&block.title));
            chart.title().set_name(&texts.say(&block.title)).set_font(ChartFont::new().set_size(12).set_bold());
            let series = chart.add_series();
            series
                .set_name((source.as_str(), 1, value))
                .set_categories((source.as_str(), first, block.column, last, block.column))
                .set_values((source.as_str(), first, value, last, value));
            series.set_gap(60).set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(BLUE)));
            chart.legend().set_hidden();
            let pale = ChartLine::new().set_color(Color::RGB(0xD9_D9_D9)).clone();
            // The axis of the amounts is the lower one where bars lie.
            let amounts = if kind == ChartType::Bar { chart.x_axis() } else { chart.y_axis() };
            amounts.set_num_format(money).set_major_gridlines(true).set_major_gridlines_line(&pale);
            if kind == ChartType::Bar {
                // The largest on top.
                amounts.set_label_position(ChartAxisLabelPosition::High);
                chart.y_axis().set_reverse().set_major_gridlines(false).set_label_position(ChartAxisLabelPosition::Low);
            } else {
                let axis = chart.x_axis().set_text_axis(true);
                axis.set_num_format(block.axis).set_label_position(ChartAxisLabelPosition::Low);
            }
            let (row, column) = (from + place / 2 * 16, place % 2);
            let offset = if column == 0 { 4 } else { CHART.0 + 24 };
            sheet.insert_chart_with_offset(row, 0, &chart, offset, 4)?;
        }
        Ok(())
    }
}
