//! The answer of the authorization endpoint, which the customer's browser brings
//! (RFC 6749 §4.1.2, RFC 9207).

use std::collections::HashSet;
use std::fmt;

use secrecy::SecretString;

/// What a browser brought back: a code or an error, for one sign-in.
///
/// Nothing in it is believed before [`Client::finish_sign_in`](super::Client::finish_sign_in) has
/// seen it.
pub struct AuthorizationResponse {
    pub(super) state: String,
    pub(super) issuer: Option<String>,
    pub(super) outcome: Result<SecretString, String>,
}

impl AuthorizationResponse {
    /// Reads the query of the redirect: what follows the `?`.
    ///
    /// # Errors
    ///
    /// [`ResponseError`] if no honest server wrote it.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::camara::{AuthorizationResponse, ResponseError};
    ///
    /// let response = AuthorizationResponse::parse("code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkj");
    /// assert_eq!(response?.state(), "af0ifjsldkj");
    /// let twice = AuthorizationResponse::parse("code=a&state=s&state=t");
    /// assert_eq!(twice.unwrap_err(), ResponseError::Repeated);
    /// # Ok::<(), ResponseError>(())
    /// ```
    pub fn parse(query: &str) -> Result<Self, ResponseError> {
        if query.len() > MAX_QUERY {
            return Err(ResponseError::TooLong);
        }
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let mut names = HashSet::new();
        if !pairs.iter().all(|(name, _)| names.insert(name.as_ref())) {
            return Err(ResponseError::Repeated);
        }
        let text = |wanted| {
            let found = pairs.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_ref()).filter(|value| !value.is_empty())
        };
        let outcome = match (text("code"), text("error")) {
            (Some(code), None) if is_written(code) => Ok(SecretString::from(code)),
            (None, Some(error)) => Err(error.to_owned()),
            _ => return Err(ResponseError::Incomplete),
        };
        let state = text("state").ok_or(ResponseError::Incomplete)?.to_owned();
        Ok(Self { state, issuer: text("iss").map(ToOwned::to_owned), outcome })
    }

    /// Which sign-in it claims to answer.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl fmt::Debug for AuthorizationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.outcome.is_ok() { "a code" } else { "an error" };
        write!(f, "AuthorizationResponse({outcome})")
    }
}

/// Why a query is no answer of an authorization endpoint. It repeats nothing of the query.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ResponseError {
    /// The query is longer than 8 KiB.
    TooLong,
    /// A parameter stands there twice.
    Repeated,
    /// There is no `state`, or not exactly one of `code` and `error`.
    Incomplete,
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the query is longer than 8 KiB",
            Self::Repeated => "a parameter stands in the query twice",
            Self::Incomplete => {
                "the query has no `state`, or not exactly one of `code` and `error`"
            }
        })
    }
}

impl std::error::Error for ResponseError {}

/// Printable ASCII, as RFC 6749 appendix A.11 wants it.
fn is_written(code: &str) -> bool {
    code.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

const MAX_QUERY: usize = 8 * 1024;
