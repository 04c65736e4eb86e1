// SPDX-License-Identifier: GPL-2.0-or-later
//
// The landing page's style sheet. Every text colour keeps a contrast of at least 4.5:1 to its
// ground, light and dark.
#pragma once

#include <string_view>

namespace ctwarden::exporter {

inline constexpr std::string_view kLandingStyle = R"css(
:root{color-scheme:light dark;--ground:#fbfaf7;--ink:#1d2126;--soft:#5b626b;--line:#e2dfd8;--track:#e9e6df;
--calm:#22706a;--warn:#9a5b00;--bad:#b3261e;--panel:#f3f1eb}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--ink:#e8e6e1;--soft:#a2a9b1;--line:#2b3036;
--track:#262b31;--calm:#5cbcb1;--warn:#e3a546;--bad:#ff8a80;--panel:#1b1f23}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
.page{max-width:56rem;margin:0 auto;padding:2rem 1.25rem 3rem}
header,footer{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;color:var(--soft);
font-size:.875rem}
header b{font-weight:600;color:var(--ink);letter-spacing:.02em}
h1{margin:2.75rem 0 0;font-size:.9375rem;font-weight:400;color:var(--soft)}
h2{margin:0 0 .75rem;font-size:.9375rem;font-weight:600}
p{margin:.4rem 0;max-width:42rem}
a{color:var(--calm);text-underline-offset:.2em}
.gauge{margin:.15rem 0 .9rem;font-size:clamp(2.6rem,10vw,4.75rem);line-height:1.08;font-weight:300;
letter-spacing:-.03em}
.gauge small{font-size:.32em;font-weight:400;letter-spacing:0;color:var(--soft);white-space:nowrap}
.statement{font-size:clamp(1.5rem,5vw,2.1rem);line-height:1.25;font-weight:300;letter-spacing:-.015em;
margin:.4rem 0 .6rem}
.bar{height:.6rem;border-radius:.3rem;background:var(--track);overflow:hidden}
.bar i{display:block;height:100%;min-width:2px;border-radius:.3rem;background:var(--calm)}
.warn i{background:var(--warn)}.bad i{background:var(--bad)}
.under{max-width:none;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1.5rem;margin-top:.5rem;color:var(--soft)}
.under strong{color:var(--calm);font-weight:600}.under .warn{color:var(--warn)}.under .bad{color:var(--bad)}
.notice{margin:1.1rem 0 0;padding:.7rem 1rem;border-left:3px solid var(--warn);background:var(--panel);
border-radius:0 .35rem .35rem 0}
.notice p{margin:0}
dl.glance{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:1.25rem 1.5rem;margin:2.5rem 0 0;
padding:1.35rem 0;border:solid var(--line);border-width:1px 0}
.glance div{display:flex;flex-direction:column-reverse}
.glance dt{color:var(--soft);font-size:.875rem}
.glance dd{margin:0;font-size:1.6rem;line-height:1.2;font-weight:300;letter-spacing:-.01em}
.glance dd small{font-size:.55em;color:var(--soft);letter-spacing:0}
section{margin-top:2.5rem}
.findings{list-style:none;margin:0;padding:0}
.findings li{padding:.7rem 0;border-top:1px solid var(--line)}
.findings p{max-width:none;margin:0 0 .3rem}
.findings span{color:var(--soft);font-size:.875rem}
.findings .critical span{color:var(--bad)}.findings .warning span{color:var(--warn)}
.findings pre{margin:0;padding:.4rem .7rem;background:var(--panel);border-radius:.35rem;font-size:.8125rem;
white-space:pre-wrap;overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,23rem),1fr));gap:2.5rem 3rem;margin-top:2.5rem}
.columns section{margin:0}
table+table{margin-top:2rem}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
caption{text-align:left;font-weight:600;padding-bottom:.5rem}
caption span{font-weight:400;color:var(--soft)}
th,td{padding:.36rem 0;border-top:1px solid var(--line);vertical-align:baseline}
th{text-align:left;font-weight:400;padding-right:1rem}
table.sources th{width:7rem}
td.n{text-align:right;white-space:nowrap}
td.p{width:4.2rem;text-align:right;color:var(--soft);white-space:nowrap}
td.b{width:28%;padding-left:1rem;vertical-align:middle}
td.b .bar{height:.35rem}
tr.none th,tr.none td{color:var(--soft)}
tr.loss td{color:var(--warn);font-weight:600}
.ok{color:var(--calm)}.down{color:var(--bad);font-weight:600}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line)}
footer nav a{margin-right:1.1rem}
@media (max-width:30rem){td.b{display:none}.page{padding-top:1.25rem}h1{margin-top:1.75rem}}
)css";

}  // namespace ctwarden::exporter
