//! Roll call, bars, group-by, facts.

use leptos::prelude::*;
use muster_core::contact::Contact;

use super::show;
use crate::format;
use crate::ui::{
    Bar, Facet, FacetRow, Fact, Facts, GroupBy, KeyValue, KeyValues, Legend, Look, Meter, RollCall,
    RollPart, Segment, Tag, Tags, look,
};

fn parts() -> Vec<RollPart> {
    [
        (Contact::Reporting, 45_872),
        (Contact::Asleep, 1_406),
        (Contact::Overdue, 517),
        (Contact::Silent, 318),
        (Contact::NeverSeen, 97),
    ]
    .map(|(contact, n)| RollPart {
        look: Look::from(contact),
        n,
        href: Some("/fleet".into()),
    })
    .to_vec()
}

fn work() -> Vec<RollPart> {
    [
        (look::COMPLETED, 13_392),
        (look::FAILED, 160),
        (look::RUNNING, 846),
        (look::WAITING, 7_734),
        (look::DRAFT, 14_068),
    ]
    .map(|(look, n)| RollPart {
        look,
        n,
        href: None,
    })
    .to_vec()
}

fn facet(rows: &[(&str, u64)]) -> Vec<FacetRow> {
    rows.iter()
        .map(|&(label, n)| FacetRow {
            label: label.into(),
            href: "#g-roll".into(),
            n,
            segments: vec![Segment { cell: "main", n }],
            words: format!("{label}: {}", format::count(n)),
        })
        .collect()
}

pub(super) fn populations() -> AnyView {
    let segments = [("good", 62), ("failed", 3), ("running", 8), ("waiting", 27)]
        .map(|(cell, n)| Segment { cell, n });
    let regions = facet(&[
        ("North", 11_940),
        ("West", 9_286),
        ("Central", 12_415),
        ("East", 8_127),
        ("South", 6_442),
    ]);
    let firmware = facet(&[
        ("CT 4.2.1", 21_020),
        ("CT 4.3.0", 14_276),
        ("EM 1.14", 7_402),
        ("5 others", 811),
    ]);
    let content = view! {
        <RollCall parts=parts()/>
        <div class="mt-3"><Legend parts=parts() end=|| "214 of the silent are behind one gateway"/></div>
        <div class="mt-6"><RollCall parts=work()/></div>
        <div class="mt-3"><Legend parts=work()/></div>
        <div class="gal-3 mt-4">
            <div>
                <Bar segments=segments.to_vec() of=100 label="62 good, 3 failed, 8 in progress, 27 waiting"/>
                <p class="meta mt-1">"segments, 8 px"</p>
            </div>
            <div>
                <Meter n=37 of=100 label="37 of 100" height=10/>
                <p class="meta mt-1">"single value, 10 px"</p>
            </div>
            <div>
                <Meter n=22 of=30 label="22 of 30 minutes used" cell="critical"/>
                <p class="meta mt-1">"budget used"</p>
            </div>
        </div>
        <div class="mt-6">
            <GroupBy by="Region, Firmware">
                <Facet caption="Region" rows=regions/>
                <Facet caption="Firmware" rows=firmware/>
            </GroupBy>
        </div>
        <div class="mt-6">
            <Facts class="figs--device">
                <Fact term="Last contact" note="expected every 5 min">"40 s ago"</Fact>
                <Fact term="Last reading" note="8.6 °C">"40 s ago"</Fact>
                <Fact term="Config confirmed" note="version 41 of 42">"Wed 15:40"</Fact>
                <Fact term="Battery" note="about 14 months left">"71%"</Fact>
                <Fact term="Signal" note="via gw-hbr-01, good">"−71 dBm"</Fact>
                <Fact term="Firmware" note="4.3.0 is waiting">"4.2.1"</Fact>
            </Facts>
        </div>
        <div class="mt-6">
            <KeyValues>
                <KeyValue term="Site"><a href="#g-roll">"Harbour Cold Store"</a></KeyValue>
                <KeyValue term="Tags">
                    <Tags>
                        <Tag name="ring" value="3"/>
                        <Tag name="haccp"/>
                    </Tags>
                </KeyValue>
                <KeyValue term="Owner">"Operator North"</KeyValue>
            </KeyValues>
        </div>
    };
    show("g-roll", "Roll call and bars", content)
}
