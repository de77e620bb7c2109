// The arena's page: opens what its address asks for, or DQN on CartPole, already learning.
import { render } from "solid-js/web";
import { App } from "./panels/app.tsx";
import "uplot/dist/uPlot.min.css";
import "./styles.css";

const host = document.getElementById("arena");
if (host !== null) render(() => <App />, host);
