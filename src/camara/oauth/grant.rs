//! The grants, as a file describes them.

use crate::line::Line;

/// How a token is asked for.
#[derive(Clone, Debug)]
pub(in crate::camara) struct Grant {
    pub(in crate::camara) kind: Kind,
    /// Opaque: sent as it stands.
    pub(in crate::camara) scope: String,
    pub(in crate::camara) scope_parameter: String,
    pub(in crate::camara) extra: Vec<(String, String)>,
}

/// The grants, with what only they have. In templates, `{e164}` stands for the number with its
/// plus sign.
#[derive(Clone, Debug)]
pub(in crate::camara) enum Kind {
    /// The customer consents out of band.
    Ciba { login_hint: String },
    /// We vouch for the customer, in one request.
    JwtBearer { subject: String },
    /// For the client itself: one token for all lines.
    ClientCredentials,
    /// The customer signs in with a browser; only the code is exchanged here.
    AuthorizationCode { redirect_uri: String },
}

impl Grant {
    /// May its tokens be renewed without the customer?
    pub(super) fn may_renew(&self) -> bool {
        let has_customer = matches!(self.kind, Kind::Ciba { .. } | Kind::AuthorizationCode { .. });
        has_customer && self.scope.split_whitespace().any(|scope| scope == "offline_access")
    }

    pub(super) fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// A template with the number of `line` in its place.
pub(super) fn filled(template: &str, line: Line) -> String {
    template.replace("{e164}", &line.expose().to_string())
}
