//! `muster user …`.

use std::io;

use clap::Subcommand;
use muster_core::person::check_password;
use muster_core::policy::Role;
use muster_query::Condition;
use serde_json::json;

use crate::commands::{ask, unexpected};
use crate::config::Config;
use crate::control::command::{Answer, Command as Request, Secret};
use crate::failure::Failure;
use crate::output::Output;

/// What to do with accounts.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make an account; without --password-stdin its password is made and printed once
    #[command(
        after_help = "Examples:\n  muster user create ann --role operator --scope \"tags.region = 'north'\"\n  \
                            pass show muster/ann | muster user create ann --role admin --password-stdin"
    )]
    Create {
        /// The sign-in name: lower-case letters, digits and . _ - @
        name: String,
        /// operator, supervisor, manager or admin; may be given several times
        #[arg(long = "role", required = true, value_name = "ROLE")]
        roles: Vec<Role>,
        /// The devices these roles are about, a condition of the query language [default: the whole fleet]
        #[arg(
            long,
            value_name = "QUERY",
            default_value = "",
            hide_default_value = true
        )]
        scope: String,
        /// The name others read [default: the sign-in name]
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        display_name: String,
        /// Read the password from standard input, up to the end of its first line
        #[arg(long)]
        password_stdin: bool,
    },
}

/// Carries it out.
pub async fn run(command: &Command, config: &Config, output: &Output) -> Result<(), Failure> {
    let Command::Create {
        name,
        roles,
        scope,
        display_name,
        password_stdin,
    } = command;
    Condition::parse(scope).map_err(|problem| Failure::Usage(format!("--scope: {problem}")))?;
    let password = if *password_stdin {
        Some(Secret(read_password()?))
    } else {
        None
    };
    let request = Request::UserCreate {
        name: name.clone(),
        display_name: display_name.clone(),
        roles: roles.clone(),
        scope: scope.clone(),
        password,
    };
    let Answer::User { name, password } = ask(config, request).await? else {
        return Err(unexpected());
    };
    let password = password.map(|Secret(text)| text);
    output.print(&json!({ "name": name, "password": password }), || match &password {
        Some(password) => format!("{name} can sign in with the password {password}\nIt is not shown again and must be changed at the first sign-in."),
        None => format!("{name} can sign in."),
    });
    Ok(())
}

fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .map_err(|problem| Failure::Refused(format!("cannot read the password: {problem}")))?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    check_password(&password)
        .map_err(|problem| Failure::Usage(format!("standard input: {problem}")))?;
    Ok(password)
}
