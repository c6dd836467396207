// The desk: sends what an earlier page could not.

import { Outbox, notice, wire } from "./outbox.js";

const unsaved = document.getElementById("unsaved");
wire(unsaved, new Outbox((state) => notice(unsaved, state)));
