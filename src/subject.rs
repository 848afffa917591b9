//! Who is asked about: [`Subject`] and where it comes from.
//!
//! There is no default that trusts the client. The line comes from what earlier middleware has
//! verified (an extension, a claim), or from a header that the service names as trusted.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderName;

use crate::head::Head;
use crate::line::{Line, LineError};
use crate::moment::Moment;
use crate::policy::{Assurance, Attributes, FactValue};

/// The customer behind a request.
///
/// # Example
///
/// ```
/// use roamgate::{Line, Subject};
///
/// let line: Line = "+34600000001".parse()?;
/// let subject = Subject::from(line)
///     .id("customer-17")
///     .groups(["corporate-travel"])
///     .claim("subject.segment", "retail")
///     .acr("urn:bank:acr:sca");
/// # let _ = subject;
/// # Ok::<(), roamgate::line::LineError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subject {
    /// The customer's line.
    pub line: Line,
    /// What few subjects have. It stands apart: subjects are handed on a lot.
    details: Option<Arc<Details>>,
}

/// What is known of a customer beside the line. Its `Debug` says what there is, and not its value: a name
/// or a claim may be a number.
#[derive(Clone)]
#[non_exhaustive]
pub struct Details {
    /// The service's own name of the customer.
    pub id: Option<Arc<str>>,
    /// The authentication context class of the session (OpenID Connect `acr`).
    pub acr: Option<Arc<str>>,
    /// When the customer authenticated (OpenID Connect `auth_time`).
    pub auth_time: Option<SystemTime>,
    /// The groups of the customer (`subject.groups`). None where nobody has asked: the fact is then
    /// missing, which is not the same as belonging to no group.
    pub groups: Option<Arc<[Arc<str>]>>,
    /// How it is known that the line is the customer's (`line.proof`).
    pub proof: Proof,
    /// What is verified of the customer, by the names of attributes with `source: claim`.
    pub claims: Attributes,
}

/// How it is known that the line is the customer's.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Proof {
    /// Somebody said so: a claim, a header, the service's own records.
    #[default]
    Claimed,
    /// The operator itself recognised the device (CAMARA's authorization-code flow).
    Network,
}

impl Proof {
    /// The name in policies.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Network => "network",
        }
    }
}

impl Default for Details {
    /// Nothing is known.
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details")
            .field("has_id", &self.id.is_some())
            .field("has_acr", &self.acr.is_some())
            .field("has_groups", &self.groups.is_some())
            .field("proof", &self.proof)
            .finish_non_exhaustive()
    }
}

impl Details {
    const NONE: Self = Self {
        id: None,
        acr: None,
        auth_time: None,
        groups: None,
        proof: Proof::Claimed,
        claims: Attributes::NONE,
    };
}

impl Subject {
    /// What is known beside the line: what [`id`](Self::id), [`acr`](Self::acr) and the others have set.
    #[must_use]
    #[inline]
    pub fn details(&self) -> &Details {
        static NONE: Details = Details::NONE;
        self.details.as_deref().unwrap_or(&NONE)
    }

    /// The same customer under the service's own name.
    #[must_use]
    pub fn id(self, id: impl Into<Arc<str>>) -> Self {
        self.with(|details| details.id = Some(id.into()))
    }

    /// The same customer, authenticated in this context class.
    #[must_use]
    pub fn acr(self, acr: impl Into<Arc<str>>) -> Self {
        self.with(|details| details.acr = Some(acr.into()))
    }

    /// The same customer, authenticated at this moment.
    #[must_use]
    pub fn auth_time(self, moment: SystemTime) -> Self {
        self.with(|details| details.auth_time = Some(moment))
    }

    /// The same customer, who belongs to these groups and to no other.
    #[must_use]
    pub fn groups(self, groups: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        self.with(|details| details.groups = Some(groups.into_iter().map(Into::into).collect()))
    }

    /// The same customer, whose line is proved like this.
    #[must_use]
    pub fn proof(self, proof: Proof) -> Self {
        self.with(|details| details.proof = proof)
    }

    /// The same customer, of whom this is verified: the value of an attribute with `source: claim`.
    /// A value that is not of the attribute's type counts as missing.
    #[must_use]
    pub fn claim(self, name: impl Into<Arc<str>>, value: impl Into<FactValue>) -> Self {
        self.with(|details| {
            details.claims = std::mem::take(&mut details.claims).set(name, value);
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(Arc::make_mut(self.details.get_or_insert_default()));
        self
    }

    #[inline]
    pub(crate) fn assurance(&self, now: Moment) -> Assurance<'_> {
        let Details { acr, auth_time, .. } = self.details();
        Assurance { acr: acr.as_deref(), auth_time: *auth_time, now: now.into() }
    }
}

impl From<Line> for Subject {
    #[inline]
    fn from(line: Line) -> Self {
        Self { line, details: None }
    }
}

/// Why a request has no subject.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NoSubject {
    /// The request names nobody: `unknown(noIdentifier)`.
    Missing,
    /// A source that is verified names something that is not a line: `unknown(identifierInvalid)`.
    Invalid,
    /// The caller wrote something that is not a line, or wrote it twice: refused with 400.
    Malformed,
    /// Whoever knows it cannot say at the moment, such as a store of sessions that is down:
    /// `unknown(unavailable)`.
    Unavailable,
}

/// Finds the subject of a request.
///
/// Implemented for closures over the [`Head`] that return a [`Line`], a [`Subject`], an `Option`
/// or a `Result` of these (see [`IntoSubject`]).
///
/// # Example
///
/// The customer whose device is at the other end of the connection. A peer that cannot be a device,
/// such as a proxy with a private address, is `unknown(identifierInvalid)`.
///
/// ```
/// use std::net::SocketAddr;
///
/// use roamgate::{FixedProvider, Head, Line, Policy, RoamingLayer};
///
/// # let policy = Policy::from_path("policies/payments-eea.yaml").unwrap();
/// # let provider = FixedProvider::new();
/// let layer = RoamingLayer::new(policy, provider).subject(|head: &Head<'_>| {
///     // With Axum, the extension is `ConnectInfo<SocketAddr>`.
///     head.extensions.get::<SocketAddr>().map(|peer| Line::ip(*peer))
/// });
/// # let _ = layer;
/// ```
pub trait SubjectSource: Send + Sync {
    /// The subject, borrowed from the request where it can be.
    ///
    /// # Errors
    ///
    /// [`NoSubject`] says why there is none.
    fn subject<'h>(&self, head: &'h Head<'_>) -> Result<Cow<'h, Subject>, NoSubject>;
}

impl<F, T> SubjectSource for F
where
    F: Fn(&Head<'_>) -> T + Send + Sync,
    T: IntoSubject,
{
    fn subject<'h>(&self, head: &'h Head<'_>) -> Result<Cow<'h, Subject>, NoSubject> {
        self(head).into_subject().map(Cow::Owned)
    }
}

/// What a closure may return to name a subject.
pub trait IntoSubject {
    /// The subject.
    ///
    /// # Errors
    ///
    /// [`NoSubject`] says why there is none.
    fn into_subject(self) -> Result<Subject, NoSubject>;
}

impl<T: Into<Subject>> IntoSubject for T {
    fn into_subject(self) -> Result<Subject, NoSubject> {
        Ok(self.into())
    }
}

impl<T: IntoSubject> IntoSubject for Option<T> {
    fn into_subject(self) -> Result<Subject, NoSubject> {
        self.ok_or(NoSubject::Missing)?.into_subject()
    }
}

impl<T: IntoSubject> IntoSubject for Result<T, LineError> {
    fn into_subject(self) -> Result<Subject, NoSubject> {
        self.map_err(|_| NoSubject::Invalid)?.into_subject()
    }
}

impl<T: IntoSubject> IntoSubject for Result<T, NoSubject> {
    fn into_subject(self) -> Result<Subject, NoSubject> {
        self?.into_subject()
    }
}

/// Reads the [`Subject`] or the [`Line`] that earlier middleware put into the request's extensions.
/// The source of a gate that is told nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromExtensions;

impl SubjectSource for FromExtensions {
    fn subject<'h>(&self, head: &'h Head<'_>) -> Result<Cow<'h, Subject>, NoSubject> {
        if let Some(subject) = head.extensions.get::<Subject>() {
            return Ok(Cow::Borrowed(subject));
        }
        head.extensions
            .get::<Line>()
            .map(|line| Cow::Owned((*line).into()))
            .ok_or(NoSubject::Missing)
    }
}

/// Reads a claim out of what earlier middleware has verified.
pub(crate) struct FromClaim<C, F> {
    claim: F,
    claims: std::marker::PhantomData<fn(&C)>,
}

impl<C, F> FromClaim<C, F> {
    pub(crate) fn new(claim: F) -> Self {
        Self { claim, claims: std::marker::PhantomData }
    }
}

impl<C, F> SubjectSource for FromClaim<C, F>
where
    C: Send + Sync + 'static,
    F: Fn(&C) -> Option<&str> + Send + Sync,
{
    fn subject<'h>(&self, head: &'h Head<'_>) -> Result<Cow<'h, Subject>, NoSubject> {
        let claims = head.extensions.get::<C>().ok_or(NoSubject::Missing)?;
        let text = (self.claim)(claims).ok_or(NoSubject::Missing)?;
        Line::parse(text).map(|line| Cow::Owned(line.into())).map_err(|_| NoSubject::Invalid)
    }
}

/// Reads a header that some proxy in front of the service sets and no client can reach.
pub(crate) struct FromHeader(pub(crate) HeaderName);

impl SubjectSource for FromHeader {
    fn subject<'h>(&self, head: &'h Head<'_>) -> Result<Cow<'h, Subject>, NoSubject> {
        let mut values = head.headers.get_all(&self.0).iter();
        let value = values.next().ok_or(NoSubject::Missing)?;
        if values.next().is_some() {
            return Err(NoSubject::Malformed);
        }
        let text = value.to_str().map_err(|_| NoSubject::Malformed)?;
        Line::parse(text).map(|line| Cow::Owned(line.into())).map_err(|_| NoSubject::Malformed)
    }
}
