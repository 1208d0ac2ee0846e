//! Encryption as libpq's sslmode says: which certificates are accepted.

mod own;

use std::path::PathBuf;
use std::sync::Arc;

use hcw_core::diagnostic::{Code, Diagnostic};
use hcw_core::target::{Connection, SslMode};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A TLS connector for the connection's sslmode.
///
/// `require` with a root certificate checks the authority, as libpq does.
pub(super) fn connector(connection: &Connection) -> Result<MakeRustlsConnect, Diagnostic> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failure(&error.to_string()))?;
    let roots = || roots(connection);
    let builder = match connection.sslmode.unwrap_or_default() {
        SslMode::VerifyFull => builder.with_root_certificates(roots()?),
        SslMode::VerifyCa => builder
            .dangerous()
            .with_custom_certificate_verifier(lenient(provider, Some(roots()?))),
        SslMode::Require if connection.sslrootcert.is_some() => builder
            .dangerous()
            .with_custom_certificate_verifier(lenient(provider, Some(roots()?))),
        SslMode::Disable | SslMode::Prefer | SslMode::Require => builder
            .dangerous()
            .with_custom_certificate_verifier(lenient(provider, None)),
    };
    let config = match own::certificate(connection)? {
        Some((certificates, key)) => builder
            .with_client_auth_cert(certificates, key)
            .map_err(|error| failure(&format!("`sslcert` and `sslkey`: {error}")))?,
        None => builder.with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}

/// The trusted authorities: `sslrootcert`, else `~/.postgresql/root.crt`, else the system's.
fn roots(connection: &Connection) -> Result<RootCertStore, Diagnostic> {
    let mut store = RootCertStore::empty();
    let file = match connection.sslrootcert.as_deref() {
        Some("system") => None,
        Some(file) => Some(PathBuf::from(file)),
        None => of_user("root.crt"),
    };
    let Some(file) = file else {
        let native = rustls_native_certs::load_native_certs();
        store.add_parsable_certificates(native.certs);
        return if store.is_empty() {
            Err(failure("the system has no root certificates")
                .help("give the authority's certificate as `sslrootcert`"))
        } else {
            Ok(store)
        };
    };
    let shown = file.display();
    let unreadable = |reason: String| {
        failure(&format!(
            "`{shown}` holds no certificate that can be read: {reason}"
        ))
        .help("`sslrootcert` is a file of certificates in PEM form")
    };
    let certificates =
        CertificateDer::pem_file_iter(&file).map_err(|error| unreadable(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        store
            .add(certificate)
            .map_err(|error| unreadable(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(unreadable("no certificate in it".to_owned()));
    }
    Ok(store)
}

/// A file of the user's folder `~/.postgresql`, where it is there.
fn of_user(name: &str) -> Option<PathBuf> {
    let home = std::env::var_os("HOME")?;
    let file = PathBuf::from(home).join(".postgresql").join(name);
    file.is_file().then_some(file)
}

fn failure(reason: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TlsFailed,
        format!("no encrypted connection can be made: {reason}"),
    )
}

fn lenient(provider: Arc<CryptoProvider>, roots: Option<RootCertStore>) -> Arc<Lenient> {
    Arc::new(Lenient { provider, roots })
}

/// Checks less than a browser does: never the host name, the authority only when roots are given.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    roots: Option<RootCertStore>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                roots,
                intermediates,
                now,
                self.provider.signature_verification_algorithms.all,
            )?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
