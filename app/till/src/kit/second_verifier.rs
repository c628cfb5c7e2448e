//! The second verifier, which a kit takes along: Python, and not a line of the product.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// Its files, by their names within its folder.
        pub(super) const FILES: [(&str, &str); [$($name),*].len()] =
            [$(($name, include_str!(concat!("../../../../tests/", $name)))),*];
    };
}
files! {
    "verify.py",
    "verifier/__init__.py",
    "verifier/archive.py",
    "verifier/books.py",
    "verifier/closings.py",
    "verifier/csvfiles.py",
    "verifier/dates.py",
    "verifier/evidence.py",
    "verifier/keys.py",
    "verifier/merkle.py",
    "verifier/money.py",
    "verifier/notes.py",
    "verifier/nf525.py",
    "verifier/program.py",
    "verifier/report.py",
    "verifier/sealing.py",
    "verifier/shapes.py",
    "verifier/tickets.py",
    "verifier/values.py",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_of_the_second_verifier_is_taken_along() {
        let there = std::fs::read_dir("../../tests/verifier").unwrap();
        let mut there: Vec<String> = there.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        there.retain(|name| name.ends_with(".py"));
        assert_eq!(FILES.len(), there.len() + 1);
        for name in there {
            let name = format!("verifier/{name}");
            assert!(FILES.iter().any(|(listed, _)| *listed == name), "{name}");
        }
    }
}
