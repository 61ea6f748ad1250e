// An image from elsewhere. It tells its host that it was seen, and its address may carry away what
// was said: so it waits for a click, and then comes into a frame that is nobody's (api/preview.py),
// while the page itself cannot load it at all.
import { useEffect, useRef, useState } from "react";

export function RemoteImage({ alt, host, url }) {
  const [shown, setShown] = useState(false);
  if (shown) return <Frame alt={alt} host={host} url={url} />;
  return (
    <button className="text-image" onClick={() => setShown(true)} title={url} type="button">
      {alt ? <span>{alt}</span> : null}{" "}
      Show image from {host}
    </button>
  );
}

function Frame({ alt, host, url }) {
  const frame = useRef(null);
  const [told, setTold] = useState({});
  useEffect(() => {
    const listen = ({ source, data }) => source === frame.current?.contentWindow && setTold(sizeOf(data));
    window.addEventListener("message", listen);
    return () => window.removeEventListener("message", listen);
  }, []);
  if (told.failed)
    return (
      <span className="text-note">
        The image could not be loaded. <a href={url} rel="noopener noreferrer" target="_blank">Open it in a new tab</a>
      </span>
    );
  const { width, height } = told;
  const style = width ? { width, aspectRatio: `${width} / ${height}` } : {};
  return (
    <iframe className="text-frame" onLoad={() => frame.current.contentWindow.postMessage({ image: url, alt }, "*")}
      ref={frame} referrerPolicy="no-referrer" sandbox="allow-scripts" src="/preview/image" style={style}
      title={alt || `Image from ${host}`} />
  );
}

function sizeOf({ width, height } = {}) {
  return width > 0 && height > 0 ? { width: Math.min(width, 4000), height: Math.min(height, 40_000) } : { failed: true };
}
