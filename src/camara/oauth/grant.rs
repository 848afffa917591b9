//! The grants, as a file describes them.

use super::naming::Naming;

/// How a token is asked for.
#[derive(Clone, Debug)]
pub(in crate::camara) struct Grant {
    pub(in crate::camara) kind: Kind,
    /// Opaque: sent as it stands.
    pub(in crate::camara) scope: String,
    pub(in crate::camara) scope_parameter: String,
    pub(in crate::camara) extra: Vec<(String, String)>,
}

/// The grants, with what only they have.
#[derive(Clone, Debug)]
pub(in crate::camara) enum Kind {
    /// The customer consents out of band.
    Ciba { login_hint: Naming },
    /// We vouch for the customer, in one request.
    JwtBearer { subject: Naming },
    /// For the client itself: one token for all lines.
    ClientCredentials,
    /// The customer signs in with a browser; only the code is exchanged here.
    AuthorizationCode { redirect_uri: String },
}

impl Grant {
    /// How lines are named to the authorization server, where the grant names them.
    pub(in crate::camara) fn naming(&self) -> Option<&Naming> {
        match &self.kind {
            Kind::Ciba { login_hint: naming } | Kind::JwtBearer { subject: naming } => Some(naming),
            Kind::ClientCredentials | Kind::AuthorizationCode { .. } => None,
        }
    }

    /// May its tokens be renewed without the customer?
    pub(super) fn may_renew(&self) -> bool {
        let has_customer = matches!(self.kind, Kind::Ciba { .. } | Kind::AuthorizationCode { .. });
        has_customer && self.scope.split_whitespace().any(|scope| scope == "offline_access")
    }

    pub(super) fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
