//! The grants, as a file describes them.

use std::fmt;

use super::naming::Naming;

/// How a token is asked for.
#[derive(Clone)]
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
    /// The operator recognises the customer, who signs in with a browser.
    AuthorizationCode(Registration),
}

/// What is registered with the authorization server for customers who sign in.
#[derive(Clone, Debug)]
pub(in crate::camara) struct Registration {
    pub(in crate::camara) redirect_uri: String,
    /// Only where the server demands one: it shows the number in an address.
    pub(in crate::camara) login_hint: Option<Naming>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, scope, scope_parameter, extra } = self;
        // The values of further parameters are whatever the provider wants, keys among them.
        let extra: Vec<_> = extra.iter().map(|(name, _)| name).collect();
        f.debug_struct("Grant")
            .field("kind", kind)
            .field("scope", scope)
            .field("scope_parameter", scope_parameter)
            .field("extra", &extra)
            .finish()
    }
}

impl Grant {
    /// How lines are named to the authorization server, where the grant names them.
    pub(in crate::camara) fn naming(&self) -> Option<&Naming> {
        match &self.kind {
            Kind::Ciba { login_hint: naming } | Kind::JwtBearer { subject: naming } => Some(naming),
            Kind::ClientCredentials | Kind::AuthorizationCode(_) => None,
        }
    }

    /// May its tokens be renewed without the customer?
    pub(super) fn may_renew(&self) -> bool {
        let has_customer = matches!(self.kind, Kind::Ciba { .. } | Kind::AuthorizationCode(_));
        has_customer && self.scope.split_whitespace().any(|scope| scope == "offline_access")
    }

    pub(in crate::camara) fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        self.extra.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
