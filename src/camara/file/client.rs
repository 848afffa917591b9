//! `client`: who we are, and how we prove it.

use super::{BASIC, Lowering};
use crate::camara::aggregator::{Audience, Authentication, Credentials, Encoding};
use crate::camara::oauth::Signature;
use crate::camara::secret::Reference;
use crate::document::{Fields, Finding, Known, Node};

impl Lowering<'_> {
    pub(super) fn client(&mut self, node: &Node) -> Option<Credentials> {
        let fields = Fields::of(node, CLIENT, self.report)?;
        let id = self.filled(&fields, "id");
        let node = fields.required("authentication", self.report)?;
        if node.text().is_some() {
            self.none("authentication", node, AUTHENTICATION)?;
            return Some(Credentials { id: id?, authentication: Authentication::None });
        }
        let choice = Fields::of(node, AUTHENTICATION, self.report)?;
        let (method, node) = self.only("authentication", &choice, AUTHENTICATION)?;
        let authentication = match method {
            "privateKeyJwt" => self.private_key_jwt(node),
            "bearerJwt" => self.bearer_jwt(node),
            _ => self.basic(node, id.as_deref()),
        };
        Some(Credentials { id: id?, authentication: authentication? })
    }

    fn basic(&mut self, node: &Node, id: Option<&str>) -> Option<Authentication> {
        let basic = Fields::of(node, BASIC, self.report)?;
        let encoding = basic.get("encoding").map_or(Some(Encoding::Form), |node| {
            let encoding = node.expect_word("encoding", &ENCODINGS, self.report);
            if encoding == Some(Encoding::Raw) && id.is_some_and(|id| id.contains(':')) {
                let message =
                    "`raw` cannot carry a client id with a colon, where the secret begins";
                let help = "leave out `encoding`: `form` is the default";
                self.report.add(Finding::error("E014", node.place, message).help(help));
            }
            encoding
        });
        let secret = self.reference(&basic, "basic.secret")?;
        Some(Authentication::Basic { secret, encoding: encoding? })
    }

    fn private_key_jwt(&mut self, node: &Node) -> Option<Authentication> {
        let fields = Fields::of(node, PRIVATE_KEY_JWT, self.report)?;
        let key = self.reference(&fields, "privateKeyJwt.key");
        let signature = fields.get("algorithm").map_or(Some(Signature::Rs256), |node| {
            node.expect_word("algorithm", &SIGNATURES, self.report)
        });
        let key_id = match fields.get("keyId") {
            Some(_) => Some(self.filled(&fields, "keyId")?),
            None => None,
        };
        let audience =
            fields.get("audience").map_or(Some(Audience::Endpoint), |node| self.audience(node));
        let (key, signature, audience) = (key?, signature?, audience?);
        Some(Authentication::PrivateKeyJwt { key, signature, key_id, audience })
    }

    fn bearer_jwt(&mut self, node: &Node) -> Option<Authentication> {
        let fields = Fields::of(node, BEARER_JWT, self.report)?;
        let key = self.reference(&fields, "bearerJwt.key");
        let application_id = self.filled(&fields, "applicationId");
        let (key, application_id) = (key?, application_id?);
        Some(Authentication::BearerJwt { key, signature: Signature::Rs256, application_id })
    }

    /// Where the secret at a key of `authentication` is.
    fn reference(&mut self, fields: &Fields<'_>, path: &str) -> Option<Reference> {
        let key = path.rsplit('.').next().unwrap_or(path);
        let node = fields.required(key, self.report)?;
        let key = format!("client.authentication.{path}");
        Reference::lower(node, &key, self.directory, self.report)
    }

    fn audience(&mut self, node: &Node) -> Option<Audience> {
        match node.expect_text("audience", self.report)? {
            "endpoint" => Some(Audience::Endpoint),
            "issuer" if self.has_issuer => Some(Audience::Issuer),
            "issuer" => {
                let message =
                    "`audience: issuer` needs the key `discovery`, which names the issuer";
                self.report.add(Finding::error("E018", node.place, message));
                None
            }
            text if text.contains("://") => Some(Audience::Named(text.to_owned())),
            text => {
                let message = format!("`{text}` is not a value of `audience`");
                let help = "write `endpoint`, `issuer` or a whole URL";
                self.report.add(Finding::error("E003", node.place, message).help(help));
                None
            }
        }
    }
}

const CLIENT: Known = Known { what: "`client`", keys: &["id", "authentication"], unbuilt: &[] };
const AUTHENTICATION: Known = Known {
    what: "`authentication`",
    keys: &["basic", "privateKeyJwt", "bearerJwt"],
    unbuilt: &[],
};
const PRIVATE_KEY_JWT: Known = Known {
    what: "`privateKeyJwt`",
    keys: &["key", "keyId", "algorithm", "audience"],
    unbuilt: &[],
};
const BEARER_JWT: Known =
    Known { what: "`bearerJwt`", keys: &["key", "applicationId"], unbuilt: &[] };
const ENCODINGS: [(&str, Encoding); 2] = [("form", Encoding::Form), ("raw", Encoding::Raw)];
const SIGNATURES: [(&str, Signature); 3] =
    [("RS256", Signature::Rs256), ("PS256", Signature::Ps256), ("ES256", Signature::Es256)];
