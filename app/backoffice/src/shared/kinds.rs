//! What is a record of its kind: what comes from a till is read as the till's own program reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comptoir_core::catalogue::{Category, Family, KEPT_BYTES, Menu, ModifierGroup, PictureKind, PriceList, Product};
use comptoir_core::operators::{Gates, Operator};
use comptoir_core::register::Validity;
use comptoir_core::shared::held::HeldRecord;
use comptoir_core::shared::{Edit, Kind, Row};
use comptoir_core::terms::Rules;
use comptoir_core::voucher::OfflinePolicy;
use comptoir_fiscal::merkle::sha256;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The setting that says who passes which gate.
pub(crate) const GATES: &str = "gates";
/// The setting that holds the rules of payment.
pub(crate) const RULES: &str = "rules";
/// The setting that says for how long vouchers are good.
pub(crate) const VALIDITY: &str = "voucher validity";
/// The setting that says which vouchers a till takes without the network.
pub(crate) const VOUCHERS_OFFLINE: &str = "vouchers offline";
/// The record that says in which order categories are shown.
pub(crate) const ORDER: &str = "category";

/// How many bytes a record may have as JSON.
const ROW_BYTES_MAX: usize = 1 << 20;
/// How many bytes a code or a name may have.
const NAME_BYTES_MAX: usize = 1000;
/// The latest time that an edit may bear: the last millisecond of the year 9999.
const AT_MAX: u64 = 253_402_300_799_999;

/// Why an edit is of no record that there could be.
pub(crate) fn refuse(edit: &Edit) -> Option<String> {
    let is_name = |text: &str| text.len() <= NAME_BYTES_MAX && !text.contains('\0');
    if edit.key.trim().is_empty() || !is_name(&edit.key) {
        return Some("its code is none".to_owned());
    }
    if !is_name(&edit.operator) {
        return Some("its operator is none".to_owned());
    }
    if edit.at > AT_MAX {
        return Some("its time is none".to_owned());
    }
    if edit.fields.iter().any(|field| field.is_empty()) {
        return Some("a field has no name".to_owned());
    }
    if edit.kind.is_only_told() {
        return Some(format!("a {} is not edited", edit.kind));
    }
    let row = edit.row.as_ref()?;
    if serde_json::to_vec(row).map_or(usize::MAX, |bytes| bytes.len()) > ROW_BYTES_MAX {
        return Some("it is larger than 1 MiB".to_owned());
    }
    is_record(edit.kind, &edit.key, row).err()
}

/// Whether a row is a record of its kind under its code, or why it is none.
pub(crate) fn is_record(kind: Kind, key: &str, row: &Row) -> Result<(), String> {
    let code = match kind {
        Kind::Category => read::<Category>(row)?.id,
        Kind::Family => read::<Family>(row)?.id,
        Kind::Modifiers => read::<ModifierGroup>(row)?.id,
        Kind::Product => read::<Product>(row)?.sku,
        Kind::Menu => read::<Menu>(row)?.sku,
        Kind::PriceList => read::<PriceList>(row)?.id,
        Kind::Operator => read::<Operator>(row)?.id,
        Kind::Setting => return setting(key, row),
        Kind::Picture => return picture(key, row),
        // What is left on a voucher follows from journals, and a till from its enrolment; nobody edits them.
        Kind::Voucher | Kind::Till => return Err(format!("a {kind} is not edited")),
        Kind::Held => read::<HeldRecord>(row)?.ticket.id.to_string(),
        Kind::Order => read::<Order>(row).map(|_| ORDER.to_owned())?,
    };
    if code == key { Ok(()) } else { Err(format!("its code is {code}")) }
}

/// In which order categories are shown.
#[derive(Deserialize)]
struct Order {
    #[serde(rename = "keys")]
    _keys: Vec<String>,
}

#[derive(Deserialize)]
struct Shown {
    kind: String,
    bytes: String,
}

fn setting(name: &str, row: &Row) -> Result<(), String> {
    match name {
        GATES => read::<Gates>(row).map(drop),
        RULES => read::<Rules>(row).map(drop),
        VALIDITY => read::<Validity>(row).map(drop),
        VOUCHERS_OFFLINE => read::<OfflinePolicy>(row).map(drop),
        _ => Err("no setting is called so here".to_owned()),
    }
}

/// A picture is what its name says, as on a till.
fn picture(key: &str, row: &Row) -> Result<(), String> {
    let shown: Shown = read(row)?;
    if ![PictureKind::Png, PictureKind::WebP].iter().any(|kind| kind.media_type() == shown.kind) {
        return Err(format!("{} is no kind of picture", shown.kind));
    }
    let bytes = STANDARD.decode(&shown.bytes).map_err(|_| "its bytes are not base64".to_owned())?;
    if bytes.len() > KEPT_BYTES {
        return Err("the picture is too large".to_owned());
    }
    if sha256(&bytes).to_string() == key { Ok(()) } else { Err("the picture is not what its name says".to_owned()) }
}

fn read<T: DeserializeOwned>(row: &Row) -> Result<T, String> {
    T::deserialize(serde_json::Value::Object(row.clone())).map_err(|error| error.to_string())
}
