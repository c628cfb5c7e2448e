//! The files of the retail data: what a register's catalogue and baskets are made of.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use comptoir_core::catalogue::{Catalogue, CatalogueError, Category, Product, Unit, VatByMode};
use comptoir_fiscal::values::{Rate, ValueError};
use flate2::read::GzDecoder;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RetailError {
    /// The system could not.
    #[error("{0} could not be read: {1}")]
    Io(PathBuf, #[source] std::io::Error),
    /// It is no CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A column is missing or holds something else.
    #[error("line {line}: column {column} holds {found:?}")]
    Column {
        /// Which line.
        line: u64,
        /// Which column.
        column: &'static str,
        /// What is there.
        found: String,
    },
    /// The products do not make a catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A constant is none of its kind.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// One line of a basket, as the file has it; amounts in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in the file")]
pub struct RetailLine {
    pub product: String,
    pub quantity: i64,
    pub sales_value: i64,
    pub retail_discount: i64,
}

/// One basket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in the file")]
pub struct RetailBasket {
    pub id: String,
    pub store: String,
    /// Unix seconds.
    pub at: i64,
    pub lines: Vec<RetailLine>,
}

/// Every product of the file, without a price: the baskets say what was paid.
pub fn catalogue(path: &Path) -> Result<Catalogue, RetailError> {
    let mut categories: BTreeMap<String, Category> = BTreeMap::new();
    let mut products = Vec::new();
    let mut seen = HashSet::new();
    each(path, |row| {
        let (sku, department) = (row.text("product_id")?, row.text("department")?);
        let (kind, size) = (row.text("product_type")?, row.text("package_size")?);
        if !seen.insert(sku.clone()) {
            return Ok(());
        }
        let category = slug(&department);
        categories.entry(category.clone()).or_insert_with(|| Category {
            id: category.clone(),
            label: department.clone(),
            color: None,
        });
        let label = [kind.as_str(), size.as_str()].join(" ");
        let label = label.trim();
        let rate = rate_of(&department);
        let label = if label.is_empty() { department.as_str() } else { label };
        products.push(Product {
            unit: if is_gasoline(&kind) { Unit::Litre } else { Unit::Piece },
            meal_voucher: rate.basis_points() < 2000,
            ..Product::new(sku, label, category, VatByMode::new(rate))
        });
        Ok(())
    })?;
    Ok(Catalogue::new(categories.into_values().collect(), products, Vec::new())?)
}

/// Every basket of the file, in time order.
pub fn baskets(path: &Path) -> Result<Vec<RetailBasket>, RetailError> {
    let mut baskets: BTreeMap<String, RetailBasket> = BTreeMap::new();
    each(path, |row| {
        let id = row.text("basket_id")?;
        let line = RetailLine {
            product: row.text("product_id")?,
            quantity: row.number("quantity")?,
            sales_value: row.cents("sales_value")?,
            retail_discount: row.cents("retail_disc")?,
        };
        let (store, at) = (row.text("store_id")?, row.instant("transaction_timestamp")?);
        baskets.entry(id.clone()).or_insert_with(|| RetailBasket { id, store, at, lines: Vec::new() }).lines.push(line);
        Ok(())
    })?;
    let mut baskets: Vec<RetailBasket> = baskets.into_values().collect();
    baskets.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(baskets)
}

/// Whether a kind of product is sold by volume, its quantity in thousandths.
pub(super) fn is_gasoline(product_type: &str) -> bool {
    product_type.contains("GASOLINE")
}

fn rate_of(department: &str) -> Rate {
    let food = ["GROCERY", "PRODUCE", "DELI", "PASTRY", "NUTRITION", "FROZEN GROCERY"];
    let prepared = ["RESTAURANT", "SALAD BAR", "CHEF SHOPPE"];
    let basis_points =
        if food.contains(&department) || department.starts_with("MEAT") || department.starts_with("SEAFOOD") {
            550
        } else if prepared.contains(&department) {
            1000
        } else {
            2000
        };
    Rate::from_basis_points(basis_points).unwrap_or(Rate::ZERO)
}

fn slug(department: &str) -> String {
    let letters = department.to_ascii_lowercase();
    letters.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn each(path: &Path, mut take: impl FnMut(&Row<'_>) -> Result<(), RetailError>) -> Result<(), RetailError> {
    let file = File::open(path).map_err(|cause| RetailError::Io(path.to_owned(), cause))?;
    let mut reader = csv::Reader::from_reader(GzDecoder::new(BufReader::new(file)));
    let headers = reader.headers()?.clone();
    for record in reader.records() {
        let record = record?;
        take(&Row { headers: &headers, record: &record })?;
    }
    Ok(())
}

struct Row<'r> {
    headers: &'r csv::StringRecord,
    record: &'r csv::StringRecord,
}

impl Row<'_> {
    fn field(&self, column: &'static str) -> Option<&str> {
        self.record.get(self.headers.iter().position(|header| header == column)?)
    }

    fn wrong(&self, column: &'static str) -> RetailError {
        let line = self.record.position().map_or(0, csv::Position::line);
        RetailError::Column { line, column, found: self.field(column).unwrap_or("nothing").to_owned() }
    }

    fn text(&self, column: &'static str) -> Result<String, RetailError> {
        self.field(column).map(str::to_owned).ok_or_else(|| self.wrong(column))
    }

    fn number(&self, column: &'static str) -> Result<i64, RetailError> {
        self.field(column).and_then(|field| field.parse().ok()).ok_or_else(|| self.wrong(column))
    }

    fn cents(&self, column: &'static str) -> Result<i64, RetailError> {
        let cents = |field: &str| {
            let (euros, cents) = field.split_once('.')?;
            (cents.len() == 2).then_some(())?;
            Some(euros.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?)
        };
        self.field(column).and_then(cents).ok_or_else(|| self.wrong(column))
    }

    fn instant(&self, column: &'static str) -> Result<i64, RetailError> {
        let parse = |field| NaiveDateTime::parse_from_str(field, "%Y-%m-%d %H:%M:%S").ok();
        self.field(column).and_then(parse).map(|at| at.and_utc().timestamp()).ok_or_else(|| self.wrong(column))
    }
}
