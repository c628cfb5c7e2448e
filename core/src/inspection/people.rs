//! Who is who behind the ids in the journal, which holds no name. In French, as its readers are.

use comptoir_fiscal::entry::SYSTEM;

use crate::operators::{Operator, Role};

/// A table for a spreadsheet: UTF-8 with its byte order mark, `;`, CRLF.
pub(super) fn csv(operators: &[Operator]) -> Vec<u8> {
    let mut table = String::from("\u{feff}id;nom;role;actif\r\n");
    let mut row = |cells: [&str; 4]| {
        table.push_str(&cells.map(field).join(";"));
        table.push_str("\r\n");
    };
    row([SYSTEM, "(la caisse elle-même)", "automate", "oui"]);
    for operator in operators {
        row([&operator.id, &operator.name, named(operator.role), if operator.active { "oui" } else { "non" }]);
    }
    table.into_bytes()
}

fn named(role: Role) -> &'static str {
    match role {
        Role::Cashier => "caissier",
        Role::Manager => "responsable",
        Role::Owner => "propriétaire",
        Role::Auditor => "auditeur",
    }
}

fn field(text: &str) -> String {
    if text.contains([';', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_is_listed_whether_active_or_not_and_nothing_breaks_a_row() {
        let left = Operator { active: false, ..Operator::new("op-2", "Exemple \"B\"; C", Role::Owner) };
        let table = csv(&[Operator::new("op-1", "Exemple Éa", Role::Cashier), left]);
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "\u{feff}id;nom;role;actif\r\nsystem;(la caisse elle-même);automate;oui\r\nop-1;Exemple Éa;caissier;oui\r\n\
             op-2;\"Exemple \"\"B\"\"; C\";propriétaire;non\r\n"
        );
    }
}
