//! The picture beside sign-in: a fleet in formation, one device called.

use leptos::prelude::*;

/// Distance of the devices, and of the first ones from the edge twice.
const STEP: i32 = 28;

/// The dots of the M in files and ranks of the formation; the last one is called.
fn letter() -> impl Iterator<Item = (i32, i32)> {
    let stems = (7..=15).flat_map(|rank| [(8, rank), (18, rank)]);
    let arms = (1..=4).flat_map(|i| [(8 + i, 7 + i), (18 - i, 7 + i)]);
    stems.chain(arms).chain([(13, 12)])
}

/// Fills its half of the page; assistive technology skips it.
#[component]
pub fn SignInArt() -> impl IntoView {
    let dots: Vec<_> = letter().collect();
    let last = dots.len() - 1;
    let dots = dots
        .into_iter()
        .enumerate()
        .map(|(i, (file, rank))| {
            let class = if i == last { "fm-call" } else { "fm-m" };
            view! { <circle class=class cx=STEP / 2 + STEP * file cy=STEP / 2 + STEP * rank r="8.5"></circle> }
        })
        .collect_view();
    view! {
        <div class="signin-art" aria-hidden="true">
            <svg class="formation" viewBox="0 0 756 644" preserveAspectRatio="xMidYMid slice">
                <defs>
                    <pattern id="formation" width=STEP height=STEP patternUnits="userSpaceOnUse">
                        <circle class="fm-rest" cx=STEP / 2 cy=STEP / 2 r="2"></circle>
                    </pattern>
                </defs>
                <rect x="-756" y="-644" width="2268" height="1932" fill="url(#formation)"></rect>
                {dots}
            </svg>
            <p>"Every device accounted for."</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_is_symmetric_and_the_middle_is_called() {
        let dots: Vec<_> = letter().collect();
        assert_eq!(dots.len(), 27);
        assert!(
            dots.iter()
                .all(|&(file, rank)| dots.contains(&(26 - file, rank)))
        );
        assert_eq!(dots.last(), Some(&(13, 12)));
    }
}
