//! The calibration plot: what share of posts readers flag at each predicted
//! probability, as one SVG file without scripts or fonts of its own.

use std::fmt::Write;

/// One curve: its name, and for each bin the mean probability, the share found and the posts.
pub(super) struct Curve {
    pub name: String,
    pub bins: Vec<(f64, f64, usize)>,
}

/// Equal bins of probability.
const BINS: usize = 10;
/// Side of the square, in pixels.
const SIDE: f64 = 320.0;
const MARGIN: f64 = 56.0;
/// Colours that people with any colour vision tell apart.
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

impl Curve {
    /// Bins `scored`: a probability and whether it came true.
    pub fn new(name: String, scored: &[(f64, bool)]) -> Self {
        let mut sums = [(0.0, 0usize, 0usize); BINS];
        for &(probability, found) in scored {
            let bin = &mut sums[(1..BINS).take_while(|&at| probability >= at as f64 / BINS as f64).count()];
            bin.0 += probability;
            bin.1 += usize::from(found);
            bin.2 += 1;
        }
        let bins = sums.into_iter().filter(|bin| bin.2 > 0);
        Self { name, bins: bins.map(|(sum, found, n)| (sum / n as f64, found as f64 / n as f64, n)).collect() }
    }
}

/// The curves in one picture; a dot's area grows with its posts.
pub(super) fn svg(curves: &[Curve]) -> String {
    let (width, height) = (SIDE + 2.0 * MARGIN + 170.0, SIDE + 2.0 * MARGIN);
    let x = |p: f64| MARGIN + p * SIDE;
    let y = |p: f64| MARGIN + (1.0 - p) * SIDE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\">\n<title>Predicted probability against the share readers gave</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for tenth in 0..=5 {
        let at = f64::from(tenth) / 5.0;
        writeln!(
            out,
            "<path d=\"M{0} {1}H{2}M{3} {4}V{5}\" stroke=\"#ddd\"/>\n<text x=\"{6}\" y=\"{7}\" text-anchor=\"end\">{at:.1}</text>\n\
             <text x=\"{3}\" y=\"{8}\" text-anchor=\"middle\">{at:.1}</text>",
            x(0.0), y(at), x(1.0), x(at), y(0.0), y(1.0), x(0.0) - 8.0, y(at) + 4.0, y(0.0) + 18.0
        )
        .expect("writing to a String cannot fail");
    }
    let middle = MARGIN + SIDE / 2.0;
    write!(
        out,
        "<path d=\"M{} {}L{} {}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>\n\
         <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">predicted probability</text>\n\
         <text transform=\"translate(16 {middle}) rotate(-90)\" text-anchor=\"middle\">share of posts</text>\n",
        x(0.0),
        y(0.0),
        x(1.0),
        y(1.0),
        y(0.0) + 38.0
    )
    .expect("writing to a String cannot fail");
    for (number, (curve, colour)) in curves.iter().zip(COLOURS).enumerate() {
        let points: Vec<String> =
            curve.bins.iter().map(|(p, found, _)| format!("{:.1},{:.1}", x(*p), y(*found))).collect();
        writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>",
            points.join(" ")
        )
        .expect("writing to a String cannot fail");
        for (p, found, n) in &curve.bins {
            let radius = (*n as f64).sqrt().clamp(2.0, 12.0) * 0.6;
            writeln!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"{colour}\" fill-opacity=\"0.6\"><title>{}: {n} posts, predicted {p:.2}, found {found:.2}</title></circle>",
                x(*p), y(*found), curve.name
            )
            .expect("writing to a String cannot fail");
        }
        let (left, top) = (x(1.0) + 16.0, MARGIN + 12.0 + 20.0 * number as f64);
        writeln!(
            out,
            "<circle cx=\"{left}\" cy=\"{}\" r=\"5\" fill=\"{colour}\"/><text x=\"{}\" y=\"{top}\">{}</text>",
            top - 4.0,
            left + 12.0,
            curve.name
        )
        .expect("writing to a String cannot fail");
    }
    out + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_their_means() {
        let curve = Curve::new("risk".to_owned(), &[(0.02, false), (0.08, true), (1.0, true)]);
        assert_eq!(curve.bins, [(0.05, 0.5, 2), (1.0, 1.0, 1)]);
        let picture = svg(&[curve]);
        assert!(
            picture.starts_with("<svg ") && picture.ends_with("</svg>\n") && picture.matches("<circle").count() == 3
        );
    }
}
