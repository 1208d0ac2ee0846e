//! The certificate by which a client shows who it is: `sslcert` with `sslkey`, else `~/.postgresql/postgresql.crt` with
//! `postgresql.key`, as with libpq.

use std::path::{Path, PathBuf};

use hcw_core::diagnostic::Diagnostic;
use hcw_core::target::Connection;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::{failure, of_user};

/// Certificates, the client's own first, and the key of that one.
type Own = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The client's certificate; none where none is named and the user has none.
///
/// **Errors**: HCW0606 for a file that is missing, is no PEM, or is a key that others may read.
pub(super) fn certificate(connection: &Connection) -> Result<Option<Own>, Diagnostic> {
    let named = |given: &Option<String>, usual: &str| {
        let given = given.as_deref().filter(|given| !given.is_empty());
        given.map(PathBuf::from).or_else(|| of_user(usual))
    };
    let Some(file) = named(&connection.sslcert, "postgresql.crt") else {
        return Ok(None);
    };
    let unreadable = |what: &str, file: &Path, reason: String| {
        let shown = file.display();
        failure(&format!(
            "`{shown}` holds no {what} that can be read: {reason}"
        ))
        .help(
            "`sslcert` and `sslkey` are files in PEM form; a key with a passphrase cannot be read",
        )
    };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(&file)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable("certificate", &file, error.to_string()))?;
    if certificates.is_empty() {
        let reason = "no certificate in it".to_owned();
        return Err(unreadable("certificate", &file, reason));
    }
    let Some(key) = named(&connection.sslkey, "postgresql.key") else {
        let shown = file.display();
        return Err(
            failure(&format!("`{shown}` is a certificate without its key"))
                .help("name the file of its key as `sslkey`"),
        );
    };
    if is_open_to_others(&key) {
        let shown = key.display();
        return Err(failure(&format!("others may read the key `{shown}`"))
            .help("chmod 600, or 640 where root owns it; libpq refuses it too"));
    }
    let key = PrivateKeyDer::from_pem_file(&key)
        .map_err(|error| unreadable("key", &key, error.to_string()))?;
    Ok(Some((certificates, key)))
}

/// Whether others than its owner may use a file; of one that root owns, its group may read it.
#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(file).is_ok_and(|found| {
        let refused = if found.uid() == 0 { 0o037 } else { 0o077 };
        found.mode() & refused != 0
    })
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests;
