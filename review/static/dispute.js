// A supervisor's card: y, n and u decide; the archived page opens in its frame.

import { dialog, onKeys, wireArchive, wireDialogs } from "./keys.js";

const click = (selector) => () => document.querySelector(selector)?.click();

const KEYS = {
  y: click("[name=verdict][value=yes]"),
  n: click("[name=verdict][value=no]"),
  u: click("[name=verdict][value=unsure]"),
  a: click("[data-archived]"),
  c: () => document.querySelector("[name=comment]").focus(),
  "?": () => dialog("help"),
};

onKeys((key) => KEYS[key]);
wireDialogs();
wireArchive();
