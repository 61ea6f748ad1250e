// Text to image: the form, what is made with it, what was saved, and one image in full.
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { ImageForm } from "./form.jsx";
import { Gallery } from "./gallery.jsx";
import { Results } from "./results.jsx";
import { ShareImage } from "./share_image.jsx";
import { focusPrompt, useAsked, useImages, useLatest } from "./use_images.js";
import { Viewer } from "./viewer.jsx";
import "./images.css";

const PATH = "/images";

export function ImagesPage(can) {
  const store = useImages();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [edited, setEdited] = useState([]); // the images that the form makes others from
  const [sharedId, setSharedId] = useState("");
  const [there, setThere] = useState(false); // the page that was built beforehand knows no address
  useEffect(() => setThere(true), []);
  const openId = there && pathname.startsWith(`${PATH}/`) ? pathname.slice(PATH.length + 1).replace(/\/$/, "") : "";
  useAsked(store.loaded && store.models, can.onLoad);

  const does = useLatest({
    ...can,
    open: (id) => navigate(id ? `${PATH}/${id}` : PATH, { replace: Boolean(openId && id), preventScrollReset: true }),
    edit: (image) => {
      setEdited([image.id]);
      if (openId) navigate(PATH);
      requestAnimationFrame(() => focusPrompt());
    },
    share: setSharedId,
    editable: (store.models ?? []).some((model) => model.sources > 0),
  });
  return (
    <div className="images-page">
      <div className="images-column">
        {store.models?.length === 0 ? <Connect path={store.connect} /> : (
          <ImageForm does={does} edited={edited} setEdited={setEdited} store={store} />
        )}
        <Results does={does} store={store} />
        <Gallery does={does} store={store} />
      </div>
      {openId ? <Viewer does={does} id={openId} store={store} /> : null}
      {sharedId ? <ShareImage id={sharedId} link={store.link} onClose={() => setSharedId("")} onShare={can.onShare} /> : null}
    </div>
  );
}

function Connect({ path }) {
  return (
    <section aria-label="No model makes images" className="images-connect">
      <h2>Make images from words</h2>
      <p>No model that is connected makes images: connect a provider that has one, or a server of your own.</p>
      <a className="button primary" href={path}>Connect a provider</a>
    </section>
  );
}
