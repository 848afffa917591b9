//! What people write for a country, and its code.

use super::Country;

/// Codes that are none, or not of countries' two letters, and look like it.
const OTHERS: &[(&str, &str)] = &[("UK", "GB"), ("EL", "GR")];

impl Country {
    /// The country that is meant by what is no code: `de`, `UK`, `DEU`, `deu`.
    pub(crate) fn meant_by(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let listed = OTHERS.iter().find(|(wrong, _)| *wrong == upper).map(|(_, code)| *code);
        Self::from_code(listed.or_else(|| alpha_2(&upper)).unwrap_or(&upper))
    }
}

/// The two letters for these three.
fn alpha_2(three: &str) -> Option<&'static str> {
    let rows = include_str!("alpha3.txt").lines().skip(1);
    let mut words = rows.flat_map(str::split_ascii_whitespace);
    words.find(|word| *word == three && word.len() == 3)?;
    words.next()
}

#[cfg(test)]
mod tests {
    use super::Country;

    #[test]
    fn what_people_write_is_understood() {
        let rows = [
            ("de", "DE"),
            ("UK", "GB"),
            ("uk", "GB"),
            ("EL", "GR"),
            ("DEU", "DE"),
            ("aut", "AT"),
            ("swe", "SE"),
            ("xkx", "XK"),
            ("zz", "-"),
            ("abc", "-"),
            ("Germany", "-"),
        ];
        for (text, code) in rows {
            assert_eq!(Country::meant_by(text).map_or("-", Country::code), code, "{text}");
        }
    }
}
