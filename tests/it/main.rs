

mod codes;
mod compiled;
mod connect;
mod defects;
mod embedded;
mod example;
mod extension;
mod landing;
mod migration;
mod projects;
mod server;
mod tidy;
mod validators;
mod warehouse;
