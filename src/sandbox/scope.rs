//! [`Scope`]: what a token may be used for.

use super::answer::OAuthError;
use super::fault::Version;

const OPENID: &str = "openid";
const OFFLINE: &str = "offline_access";
const PURPOSE: &str = "dpv:";

/// A scope that was asked for or granted, in one of the two forms that aggregators use:
/// `dpv:<purpose>#<scope>`, or `openid dpv:<purpose> <scope>…`.
#[derive(Clone)]
pub(super) struct Scope {
    text: String,
    /// The scopes of the APIs it opens.
    apis: Vec<&'static str>,
}

impl Scope {
    pub(super) fn parse(text: &str) -> Result<Self, OAuthError> {
        let words: Vec<&str> = text.split(' ').collect();
        let has_openid = words.contains(&OPENID);
        let mut purposes = words.iter().filter_map(|word| word.strip_prefix(PURPOSE));
        let (Some(purpose), None) = (purposes.next(), purposes.next()) else {
            return Err(invalid("name exactly one purpose, as `dpv:…`"));
        };
        let others = words
            .iter()
            .filter(|word| ![OPENID, OFFLINE].contains(*word) && !word.starts_with(PURPOSE));
        let (purpose, technical) = match purpose.split_once('#') {
            Some((purpose, technical)) => (purpose, Some(technical)),
            None => (purpose, None),
        };
        if purpose.is_empty() {
            return Err(invalid("the purpose is empty"));
        }
        if technical.is_none() && !has_openid {
            return Err(invalid("`openid` is missing"));
        }
        let apis: Option<Vec<_>> = others.copied().chain(technical).map(api).collect();
        match apis {
            None => Err(invalid("a scope is unknown")),
            Some(apis) if apis.is_empty() => Err(invalid("no API is asked for")),
            Some(apis) => Ok(Self { text: text.to_owned(), apis }),
        }
    }

    /// What a client may ask for itself: APIs, and a purpose or none.
    pub(super) fn of_client(text: &str) -> Result<Self, OAuthError> {
        let words = text.split(' ').filter(|word| !word.starts_with(PURPOSE));
        match words.map(api).collect::<Option<Vec<_>>>() {
            Some(apis) if !apis.is_empty() => Ok(Self { text: text.to_owned(), apis }),
            _ => Err(invalid("a scope is unknown, or no API is asked for")),
        }
    }

    /// Is it asked for that the token can be renewed?
    pub(super) fn is_offline(&self) -> bool {
        self.text.split(' ').any(|word| word == OFFLINE)
    }

    /// The scope without its APIs: what a customer grants who consents in part.
    pub(super) fn narrowed(&self) -> Self {
        let purpose = |word: &str| word.split('#').next().unwrap_or_default().to_owned();
        let kept = |word: &&str| *word == OPENID || word.starts_with(PURPOSE);
        let words: Vec<String> = self.text.split(' ').filter(kept).map(purpose).collect();
        Self { text: words.join(" "), apis: Vec::new() }
    }

    pub(super) fn covers(&self, version: Version) -> bool {
        self.apis.contains(&version.scope())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }
}

fn api(scope: &str) -> Option<&'static str> {
    let versions = [Version::V0_4, Version::V0_5, Version::V0_6, Version::V1];
    versions.map(Version::scope).into_iter().find(|known| *known == scope)
}

fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new("invalid_scope", description)
}
