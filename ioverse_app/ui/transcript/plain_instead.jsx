// What cannot be drawn (thousands of quotes in each other, say) is shown as it was written.
import { Component } from "react";
import { portionOf } from "./portion.js";

export class PlainInstead extends Component {
  state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  componentDidCatch() {
    this.props.onFailed?.();
  }

  render() {
    if (!this.state.failed) return this.props.children;
    return (
      <>
        <p className="text-note">This text could not be laid out. Here it is as it was written.</p>
        <div className="text-plain" dir="auto">{portionOf(this.props.text).text}</div>
      </>
    );
  }
}
