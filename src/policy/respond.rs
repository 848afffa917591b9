//! [`Respond`]: how a rule shapes its refusals.

use std::sync::Arc;

/// The shape of a refusal. What is absent stays as the table of answers has it.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Respond {
    /// The HTTP status.
    pub status: Option<u16>,
    /// What a program can branch on.
    pub code: Option<Arc<str>>,
    /// What a person can read.
    pub title: Option<Localized>,
    /// More of it.
    pub detail: Option<Localized>,
    /// Further headers, names in lower case.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    /// Where browsers are sent instead: a path of this origin, in which `{path}` stands for the
    /// path of the request.
    pub redirect: Option<Arc<str>>,
}

/// A text in several languages, English always among them.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Localized {
    english: Arc<str>,
    /// Language tags in lower case.
    others: Vec<(Arc<str>, Arc<str>)>,
}

impl Localized {
    pub(crate) fn new(english: Arc<str>, others: Vec<(Arc<str>, Arc<str>)>) -> Self {
        Self { english, others }
    }

    /// The English text.
    #[must_use]
    pub fn english(&self) -> &str {
        &self.english
    }

    /// The text in the language that an `Accept-Language` asks for most (RFC 9110, 12.5.4), and
    /// that language. `de-AT` finds `de`; what is not there is answered in English.
    #[must_use]
    pub fn choose(&self, accept_language: &str) -> (&str, &str) {
        let ranges = accept_language.split(',').filter_map(range);
        let found = ranges.filter_map(|(tag, weight)| Some((self.find(&tag)?, weight)));
        let best = found.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(("en", &self.english), |(text, _)| text)
    }

    fn find(&self, tag: &str) -> Option<(&str, &str)> {
        let mut tag = Some(tag);
        while let Some(wanted) = tag {
            if matches!(wanted, "en" | "*") {
                return Some(("en", &self.english));
            }
            if let Some((tag, text)) = self.others.iter().find(|(tag, _)| **tag == *wanted) {
                return Some((tag, text));
            }
            tag = wanted.rsplit_once('-').map(|(shorter, _)| shorter);
        }
        None
    }
}

/// A language range in lower case and its weight in thousandths; none where it is not wanted.
fn range(text: &str) -> Option<(String, u16)> {
    let (tag, weight) = text.split_once(';').unwrap_or((text, ""));
    let weight = match weight.trim().strip_prefix("q=") {
        Some(weight) => {
            weight.trim().parse::<f32>().ok().filter(|weight| (0.0..=1.0).contains(weight))?
        }
        None => 1.0,
    };
    (weight > 0.0).then(|| (tag.trim().to_ascii_lowercase(), (weight * 1_000.0) as u16))
}
