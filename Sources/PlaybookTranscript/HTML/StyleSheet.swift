import CEL

/// The look of a transcript: no outside font, no picture; light and dark by the reader's setting; phone to wide; printable.
enum StyleSheet {
  /// Names the sheet in the page's policy, so that no other style is taken.
  static let hash = "sha256-" + Base64.encode(sha256(Array(html.text.utf8)))

  static let html: HTML = """

    :root {
      color-scheme: light dark;
      --page: #f4f5f7; --surface: #ffffff; --raised: #f0f2f5; --line: #d5dae1; --text: #1a1f26; --soft: #515b67;
      --accent: #0b57a4; --human: #a84a00; --machine: #0b57a4; --mark: #6d28a8;
      --good: #0f5f33; --good-back: #e0f4e8; --bad: #9d1c14; --bad-back: #fde8e6; --warn: #714600; --warn-back: #fff1d0;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #0d1116; --surface: #151b22; --raised: #1e262f; --line: #333e4a; --text: #e7ebf0; --soft: #a5b1be;
        --accent: #86bdff; --human: #ffb066; --machine: #6fb1ff; --mark: #cfa4ff;
        --good: #8be3ae; --good-back: #10311f; --bad: #ffaaa2; --bad-back: #42171a; --warn: #ffd37c; --warn-back: #36290c;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
    body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
    code, pre, .number, .when { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
    code { font-size: 0.875em; }
    a { color: var(--accent); text-underline-offset: 0.15em; }
    a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
    .skip { position: absolute; left: -999rem; }
    .skip:focus { left: 1rem; top: 1rem; z-index: 2; background: var(--surface); padding: 0.5rem 1rem; }
    header { background: var(--surface); border-bottom: 1px solid var(--line); }
    .bar { max-width: 78rem; margin: 0 auto; padding: 0.75rem 1.25rem 0; color: var(--soft); font-size: 0.875rem; display: flex; gap: 0.75rem; }
    .brand { font-weight: 700; color: var(--accent); letter-spacing: 0.02em; }
    .hero { max-width: 78rem; margin: 0 auto; padding: 0.75rem 1.25rem 1.5rem; }
    h1 { font-size: clamp(1.6rem, 1.1rem + 2.4vw, 2.6rem); line-height: 1.15; margin: 0.35rem 0; letter-spacing: -0.015em; }
    h2 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 0.9rem; letter-spacing: -0.01em; }
    h3 { font-size: 1.05rem; line-height: 1.35; margin: 0 0 0.4rem; }
    p { margin: 0.4rem 0; }
    .run, .source, .offset, .who, .open, .more { color: var(--soft); }
    .run, .source, .more, .offset, .who { font-size: 0.9rem; }
    .reason { font-size: 1.1rem; }
    .badges { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0; }
    .badge { display: inline-block; padding: 0.1rem 0.6rem; border-radius: 1rem; font-size: 0.8rem; font-weight: 600; background: var(--raised); color: var(--text); border: 1px solid var(--line); }
    .badge.good { background: var(--good-back); color: var(--good); border-color: transparent; }
    .badge.bad { background: var(--bad-back); color: var(--bad); border-color: transparent; }
    .badge.warn { background: var(--warn-back); color: var(--warn); border-color: transparent; }
    .caution { background: var(--warn-back); color: var(--warn); padding: 0.6rem 0.9rem; border-radius: 0.5rem; margin: 0.6rem 0 0; }
    .page { max-width: 78rem; margin: 0 auto; padding: 1.25rem; display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
    nav h2 { font-size: 0.8rem; text-transform: uppercase; letter-spacing: 0.06em; color: var(--soft); margin: 0 0 0.5rem; }
    nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 0.4rem; }
    nav a { display: inline-block; padding: 0.25rem 0.6rem; border-radius: 0.4rem; text-decoration: none; background: var(--surface); border: 1px solid var(--line); font-size: 0.9rem; }
    nav a:hover { text-decoration: underline; }
    main { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
    main > section { background: var(--surface); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1.25rem; min-width: 0; scroll-margin-top: 1rem; }
    .part + .part { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: 1.5rem; }
    .part { min-width: 0; scroll-margin-top: 1rem; }
    .cards { display: grid; gap: 0.9rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
    .card { border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.9rem 1rem; background: var(--page); min-width: 0; }
    .card + .card { margin-top: 0.9rem; }
    .cards .card + .card { margin-top: 0; }
    .card.bad { border-left: 4px solid var(--bad); }
    .card.warn { border-left: 4px solid var(--warn); }
    .card ul { margin: 0; padding-left: 1.1rem; }
    .card li + li { margin-top: 0.35rem; }
    .card li span { color: var(--soft); }
    .card li .badge.good { color: var(--good); }
    .card li .badge.warn { color: var(--warn); }
    .tiles { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr)); margin: 0 0 1.25rem; }
    .tile { background: var(--page); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.6rem 0.9rem; }
    .tile dt { color: var(--soft); font-size: 0.85rem; }
    .tile dd { margin: 0; font-size: 1.05rem; font-weight: 600; }
    .tile .offset { display: block; font-weight: 400; }
    .tile.bad { border-left: 4px solid var(--bad); }
    figure { margin: 0 0 1.25rem; }
    figcaption, caption { color: var(--soft); font-size: 0.9rem; text-align: left; padding: 0 0 0.5rem; }
    .lane { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) 4rem; gap: 0.6rem; align-items: center; font-size: 0.85rem; margin-bottom: 0.3rem; }
    .lane svg { width: 100%; height: 1.25rem; display: block; border-radius: 0.25rem; }
    .lane > :last-child { text-align: right; }
    .ends { display: flex; justify-content: space-between; color: var(--soft); }
    .track { fill: var(--raised); }
    .human { fill: var(--human); }
    .machine { fill: var(--machine); }
    .mark { fill: var(--mark); }
    .chart svg { max-width: 100%; height: auto; display: block; }
    .chart text { fill: var(--text); font: 11px ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; }
    .bar-shape { fill: var(--machine); }
    .bar-shape.negative { fill: var(--human); }
    .scroll { overflow-x: auto; margin: 0 0 0.9rem; background: linear-gradient(to right, var(--surface) 40%, transparent) left / 2.5rem 100% no-repeat local, linear-gradient(to left, var(--surface) 40%, transparent) right / 2.5rem 100% no-repeat local, linear-gradient(to right, color-mix(in srgb, var(--soft) 50%, transparent), transparent) left / 0.6rem 100% no-repeat scroll, linear-gradient(to left, color-mix(in srgb, var(--soft) 50%, transparent), transparent) right / 0.6rem 100% no-repeat scroll; }
    table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
    th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.75rem 0.45rem 0; border-bottom: 1px solid var(--line); min-width: 5.5rem; max-width: 32rem; overflow-wrap: break-word; }
    .call { min-width: 15rem; }
    th:first-child, td:first-child { min-width: 2.5rem; }
    .word, .place, td.number, th.number { white-space: nowrap; }
    .place { font-variant-numeric: tabular-nums; color: var(--soft); }
    thead th { color: var(--soft); font-size: 0.8rem; font-weight: 600; border-bottom-width: 2px; white-space: nowrap; }
    tbody th { font-weight: 500; }
    tbody tr:hover { background: var(--raised); }
    tr:target { background: var(--warn-back); }
    section:target { --surface: var(--warn-back); background: var(--surface); }
    .number { font-variant-numeric: tabular-nums; }
    .timeline td:first-child { white-space: nowrap; }
    .timeline .when { color: inherit; text-decoration-color: var(--line); font-size: 0.9em; }
    .timeline .offset { display: block; font-size: 0.8rem; }
    .timeline td:nth-child(2) { min-width: 11rem; }
    .kind { display: inline-block; min-width: 4.2rem; font-size: 0.75rem; font-weight: 600; text-transform: uppercase; letter-spacing: 0.03em; color: var(--soft); }
    .kind-act .kind, .kind-undo .kind { color: var(--mark); }
    .kind-answer .kind { color: var(--human); }
    .kind-query .kind, .kind-check .kind, .kind-verify .kind { color: var(--machine); }
    .kind-warning .kind, .kind-failure .kind, .kind-interrupt .kind { color: var(--bad); }
    .mark-number { display: inline-block; background: var(--raised); border: 1px solid var(--line); border-radius: 0.35rem; padding: 0 0.4rem; font-size: 0.85em; }
    .facts { display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: 0.3rem 1rem; margin: 0.6rem 0; }
    .facts dt { color: var(--soft); }
    .facts dd { margin: 0; }
    .options, .card .options { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.35rem; }
    .card .options li { margin: 0; }
    .option { border: 1px solid var(--line); border-radius: 0.4rem; padding: 0 0.5rem; }
    .option.chosen { border-color: var(--accent); font-weight: 600; }
    .list { margin: 0; padding-left: 1.2rem; }
    .list li + li { margin-top: 0.4rem; }
    .said { white-space: pre-wrap; }
    .prose, .why { max-width: 70ch; }
    .why { white-space: pre-wrap; }
    details { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0 0.9rem; margin: 0.6rem 0 0.9rem; }
    summary { cursor: pointer; padding: 0.5rem 0; color: var(--accent); font-weight: 500; }
    pre { background: var(--raised); padding: 0.8rem 1rem; border-radius: 0.5rem; overflow: auto; max-height: 30rem; white-space: pre; overflow-wrap: normal; margin: 0.3rem 0 0.9rem; line-height: 1.45; }
    del { color: var(--bad); text-decoration: line-through; }
    ins { color: var(--good); text-decoration: none; font-weight: 600; }
    @media (min-width: 68rem) {
      .page { grid-template-columns: 11rem minmax(0, 1fr); }
      nav { position: sticky; top: 1.25rem; align-self: start; }
      nav ul { display: block; }
      nav a { display: block; background: none; border: 0; padding: 0.2rem 0; }
    }
    @media (max-width: 30rem) {
      .page { padding: 0.75rem; }
      main > section { padding: 1rem 0.9rem; border-radius: 0.5rem; }
      .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
      .facts dd { margin-bottom: 0.5rem; }
      .kind { display: block; }
      .stacked, .stacked caption, .stacked tbody, .stacked tr, .stacked td, .stacked tbody th { display: block; }
      .stacked thead { display: none; }
      .stacked tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
      .stacked td, .stacked tbody th { border: 0; padding: 0.1rem 0; min-width: 0; max-width: none; overflow-wrap: anywhere; }
      .stacked td:empty { display: none; }
      .stacked [data-name]::before { content: attr(data-name) ": "; color: var(--soft); font-size: 0.85em; }
      .calls .place { float: left; margin-right: 0.6rem; }
      .calls .place + .call { clear: left; }
      .timeline .offset { display: inline; margin-left: 0.5rem; }
      .timeline .kind { display: inline-block; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    @page { margin: 16mm 14mm; font-family: system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; @bottom-left { content: "Transcript of a run"; font-size: 9pt; } @bottom-right { content: counter(page) " / " counter(pages); font-size: 9pt; } }
    @media print {
      :root { --page: #fff; --surface: #fff; --raised: #f3f3f3; --line: #bbb; --text: #000; --soft: #444; --accent: #0b3d75; --human: #a84a00; --machine: #0b57a4; --mark: #6d28a8; --good: #0f5f33; --good-back: #eef7f1; --bad: #9d1c14; --bad-back: #fdf0ef; --warn: #714600; --warn-back: #fdf6e6; }
      body { font-size: 10pt; }
      nav, .skip { display: none; }
      .page { display: block; padding: 0; }
      main, .cards { display: block; }
      .tiles { grid-template-columns: repeat(3, 1fr); }
      .bar, .hero { padding-left: 0; padding-right: 0; }
      main > section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 12pt 0; }
      .card { margin-bottom: 8pt; }
      h2, h3, caption, figcaption, .source, .part > p, thead { break-after: avoid; }
      tbody tr:first-child { break-before: avoid; }
      summary { break-after: avoid; }
      thead { break-inside: avoid; }
      th, td { max-width: none; }
      .wide th, .wide td, .stacked th, .stacked td { overflow-wrap: anywhere; }
      .call { min-width: 0; }
      .wide .word, .wide .number { white-space: normal; }
      tr, .card, figure, .tile { break-inside: avoid; }
      thead { display: table-header-group; }
      .scroll { overflow: visible; background: none; }
      pre { white-space: pre-wrap; max-height: none; overflow-wrap: anywhere; }
      details { border: 0; padding: 0; }
      details::details-content { content-visibility: visible; block-size: auto; }
      summary { list-style: none; color: var(--soft); }
      a { color: inherit; }
    }

    """
}
