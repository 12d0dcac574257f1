//! Adding a file: a plain form. With script, it tells how far the file is.

use leptos::prelude::*;
use muster_core::policy::Action;

use super::send::{Sent, send};
use crate::error::AppError;
use crate::format;
use crate::reactive::dynamic;
use crate::routes;
use crate::session::use_session;
use crate::shell::Page;
use crate::ui::{
    Breadcrumb, Button, ButtonKind, Crumb, Field, LinkButton, Note, PageHead, TextArea, TextField,
    Tone,
};

/// What a refusal without script says.
fn words(code: &str) -> &'static str {
    match code {
        "exists" => "There is firmware with this product, version and models, or with these bytes.",
        "too_large" => "The file is larger than 2 GiB.",
        "empty" => "The file is empty.",
        "no_room" => "There is no room for the file on the hub.",
        "other_hash" => "The file has another SHA-256. Look whether it is the right one.",
        "circle" => "The versions to pass lead in a circle.",
        "signature" => "The signature is missing, or is not by one of the keys of this hub.",
        "too_many" => "The hub keeps as many files as it can. Delete some that nobody needs.",
        "busy" => "Other files are arriving. Try again in a moment.",
        "broke_off" | "truncated" => "The upload broke off. Send the file again.",
        _ => {
            "Something in the form cannot be used: version, models, versions to pass or signature."
        }
    }
}

/// The form; `problem` is the code of the refusal that led back to it.
pub(super) fn form(problem: Option<String>) -> AnyView {
    let may = use_session()
        .me_now()
        .is_some_and(|me| me.can(Action::KeepFirmware));
    if !may {
        let error = AppError::Forbidden {
            action: Action::KeepFirmware.in_words().to_owned(),
        };
        return view! { <crate::pages::failure::FailurePage error=error/> }.into_any();
    }
    let sent = RwSignal::new(match problem {
        Some(code) => Sent::Refused(words(&code).to_owned()),
        None => Sent::No,
    });
    let crumbs = vec![Crumb {
        label: "Firmware".to_owned(),
        href: routes::FIRMWARE.to_owned(),
    }];
    let busy = Signal::derive(move || matches!(sent.get(), Sent::Part(_)));
    view! {
        <Page title="Add firmware">
            <Breadcrumb crumbs=crumbs/>
            <PageHead title="Add firmware"/>
            <form
                method="post"
                action=routes::FIRMWARE_UPLOAD
                enctype="multipart/form-data"
                on:submit=move |event| send(&event, sent)
            >
                <div class="firmware-form">
                    {dynamic(move || told(sent.get()))}
                    {fields()}
                    <div class="row">
                        <Button submit=true kind=ButtonKind::Primary off=busy>"Add the file"</Button>
                        <LinkButton href=routes::FIRMWARE kind=ButtonKind::Quiet>"Cancel"</LinkButton>
                    </div>
                </div>
            </form>
        </Page>
    }
    .into_any()
}

/// What is said about the file stands before it: the hub refuses what it can before the bytes come.
fn fields() -> AnyView {
    let hint = |text: &str| Some(text.to_owned());
    view! {
        <TextField id="product" name="product" label="Product" required=true
            hint=hint("What it is firmware of: Cold sensor")/>
        <TextField id="version" name="version" label="Version" required=true mono=true
            hint=hint("What devices report as firmware.version once they run it")/>
        <TextField id="models" name="models" label="Models" mono=true
            hint=hint("Separated by commas, * at the end for all that begin so: CT-200, CT-3*. Empty for all.")/>
        <TextField id="from" name="from" label="Installed on versions from" mono=true/>
        <TextField id="until" name="until" label="and before" mono=true/>
        <TextField id="mustPass" name="mustPass" label="Versions to pass" mono=true
            hint=hint("Devices below one of these run it first. Separated by commas.")/>
        <TextArea id="notes" name="notes" label="Notes" rows=4/>
        <TextField id="key" name="key" label="Signed by the key" hint=hint("Its name; empty if unsigned")/>
        <TextField id="signature" name="signature" label="Signature" mono=true
            hint=hint("Ed25519 of the 32 bytes of the SHA-256, in base64")/>
        <TextField id="sha256" name="sha256" label="SHA-256" mono=true
            hint=hint("Optional: the hub refuses a file with another one")/>
        <Field id="file" label="File" hint=hint("At most 2 GiB") error=None>
            <input class="input" type="file" id="file" name="file" required=true/>
        </Field>
    }
    .into_any()
}

fn told(sent: Sent) -> AnyView {
    match sent {
        Sent::No => ().into_any(),
        Sent::Part(percent) => {
            let text = [
                "The file is being sent: ",
                &format::integer(i64::from(percent)),
                "%",
            ]
            .concat();
            view! {
                <div role="status">
                    <p>{text}</p>
                    <progress max="100" value=percent aria-label="Upload"></progress>
                </div>
            }
            .into_any()
        }
        Sent::Refused(why) => {
            view! { <Note tone=Tone::Critical alert=true>{why}</Note> }.into_any()
        }
    }
}
