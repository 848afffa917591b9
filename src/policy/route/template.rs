//! Path templates and methods, as policies write them.

use std::borrow::Cow;
use std::fmt;

use super::path;

/// A template, segment by segment.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Template(Vec<Segment>);

/// One segment of a template. The order is the order of specificity.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Segment {
    /// `{*rest}`: nothing, or any number of segments, at the end.
    Rest,
    /// `{name}`: any one segment.
    Any,
    Literal(Box<str>),
}

/// Why a template is not one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct TemplateError {
    pub(crate) message: &'static str,
    pub(crate) help: &'static str,
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let rest = text.strip_prefix('/').ok_or(TemplateError {
            message: "does not start with a slash",
            help: "write it as the client sends it: `/v1/payments`",
        })?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let parts = rest.split('/').collect::<Vec<_>>();
        let last = parts.len() - 1;
        let segments = parts.iter().enumerate().map(|(at, part)| segment(part, at == last));
        segments.collect::<Result<_, _>>().map(Self)
    }

    /// A path that reads like it, where it leaves nothing open.
    pub(crate) fn spelt_out(&self) -> Option<String> {
        let literals = self.0.iter().map(|segment| match segment {
            Segment::Literal(text) => Some(format!("/{text}")),
            Segment::Any | Segment::Rest => None,
        });
        let path: String = literals.collect::<Option<_>>()?;
        Some(if path.is_empty() { "/".to_owned() } else { path })
    }

    /// The template of a gRPC method, `pkg.Service/Method`, or of a whole service, `pkg.Service/*`.
    pub(crate) fn grpc(text: &str) -> Result<Self, TemplateError> {
        let malformed = TemplateError {
            message: "is not a gRPC method",
            help: "write `pkg.Service/Method`, or `pkg.Service/*` for all",
        };
        let (service, method) = text.split_once('/').ok_or(malformed)?;
        let name = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        };
        if !name(service) || !(method == "*" || name(method) && !method.contains('.')) {
            return Err(malformed);
        }
        let method = if method == "*" { Segment::Any } else { Segment::Literal(method.into()) };
        Ok(Self(vec![Segment::Literal(service.into()), method]))
    }

    /// Does the template match every path?
    pub(crate) fn is_catch_all(&self) -> bool {
        self.0 == [Segment::Rest]
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Does it describe this path?
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut own = self.0.iter();
        for segment in path::segments(path) {
            let Ok(segment) = segment else { return false };
            match own.next() {
                Some(Segment::Rest) => return true,
                Some(Segment::Any) => {}
                Some(Segment::Literal(text)) if **text == *segment => {}
                Some(Segment::Literal(_)) | None => return false,
            }
        }
        matches!(own.next(), None | Some(Segment::Rest))
    }

    /// Is there a path that both match?
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (mut one, mut other) = (self.0.iter(), other.0.iter());
        loop {
            match (one.next(), other.next()) {
                (Some(Segment::Rest), _) | (_, Some(Segment::Rest)) | (None, None) => return true,
                (Some(Segment::Literal(one)), Some(Segment::Literal(other))) if one != other => {
                    return false;
                }
                (Some(_), Some(_)) => {}
                (Some(_), None) | (None, Some(_)) => return false,
            }
        }
    }
}

impl fmt::Display for Template {
    /// As a policy could write it; parameters have no names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Rest => f.write_str("/{*_}"),
            Segment::Any => f.write_str("/{_}"),
            Segment::Literal(text) => {
                f.write_str("/")?;
                text.bytes().try_for_each(|byte| match byte {
                    b'-' | b'.' | b'_' | b'~' | b'@' => write!(f, "{}", char::from(byte)),
                    byte if byte.is_ascii_alphanumeric() => write!(f, "{}", char::from(byte)),
                    byte => write!(f, "%{byte:02X}"),
                })
            }
        })
    }
}

fn segment(part: &str, is_last: bool) -> Result<Segment, TemplateError> {
    let parameter = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
    match parameter {
        Some(name) => match name.strip_prefix('*') {
            Some(rest) if is_name(rest) && is_last => Ok(Segment::Rest),
            Some(rest) if is_name(rest) => Err(TemplateError {
                message: "has a `{*…}` that is not at its end",
                help: "use `{name}` for one segment",
            }),
            None if is_name(name) => Ok(Segment::Any),
            _ => Err(TemplateError {
                message: "has a parameter without a name",
                help: "write `{id}` or `{*rest}`",
            }),
        },
        None => literal(part).map(Segment::Literal),
    }
}

fn literal(part: &str) -> Result<Box<str>, TemplateError> {
    if part.contains(['{', '}', '*', '?']) || part.starts_with(':') {
        return Err(TemplateError {
            message: "has a wildcard this language does not know",
            help: "write `{id}` for one segment, `{*rest}` for the rest",
        });
    }
    let encoded = part.replace(' ', "%20");
    let canonical = path::canonical(&encoded).map(Cow::into_owned);
    canonical.map(String::into_boxed_str).map_err(|_| TemplateError {
        message: "can never be the path of an accepted request",
        help: "empty and dot segments, `;`, `#`, backslashes and encoded slashes are refused",
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The methods an entry takes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Methods {
    /// Every method but `OPTIONS`.
    Any,
    Named(Vec<Box<str>>),
}

impl Methods {
    /// Only gRPC's own.
    pub(crate) fn post() -> Self {
        Self::Named(vec!["POST".into()])
    }

    /// Is there a method that both take?
    pub(crate) fn meet(&self, other: &Self) -> bool {
        let named = [self, other].into_iter().flat_map(|methods| match methods {
            Self::Any => &[][..],
            Self::Named(names) => names,
        });
        let methods = named.map(AsRef::as_ref).chain(["GET", "HEAD"]);
        methods.into_iter().any(|method| self.accept(method) && other.accept(method))
    }

    /// Is a request with this method meant? `GET` covers `HEAD`.
    pub(crate) fn accept(&self, method: &str) -> bool {
        match self {
            Self::Any => method != "OPTIONS",
            Self::Named(names) => {
                names.iter().any(|name| **name == *method || **name == *"GET" && method == "HEAD")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_cannot_mean_anything_are_refused() {
        let rows = [
            ("v1", "does not start with a slash"),
            ("/a//b", "can never be the path of an accepted request"),
            ("/a/../b", "can never be the path of an accepted request"),
            ("/{*rest}/a", "has a `{*…}` that is not at its end"),
            ("/{}", "has a parameter without a name"),
            ("/a{id}", "has a wildcard this language does not know"),
            ("/:id", "has a wildcard this language does not know"),
            ("/a?b", "has a wildcard this language does not know"),
        ];
        for (text, message) in rows {
            assert_eq!(
                Template::parse(text).map_err(|error| error.message),
                Err(message),
                "{text}"
            );
        }
    }
}
