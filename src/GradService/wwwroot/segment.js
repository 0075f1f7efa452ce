"use strict";

// The place where a picture is dropped: it is there when a model can take it.
(() => {
  const longestSide = 1024;
  const drop = document.getElementById("drop");
  const file = document.getElementById("file");
  const seen = document.getElementById("seen");
  const overlay = document.getElementById("overlay");
  let address;

  // Sent no larger than it is looked at; the browser turns it upright meanwhile.
  async function smaller(picture) {
    const bitmap = await createImageBitmap(picture);
    const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise(resolve => canvas.toBlob(resolve, "image/png"));
  }

  async function ask(picture, accept) {
    const response = await fetch(`${address}/segment?view=overlay&tensor_format=base64`, { method: "POST", headers: { Accept: accept, "Content-Type": "image/png" }, body: picture });
    if (!response.ok) {
      throw new Error((await response.json()).detail);
    }
    return response;
  }

  function entry({ name, colour, share }) {
    const item = document.createElement("li");
    const swatch = document.createElement("i");
    swatch.style.background = colour;
    item.append(swatch, `${name.replaceAll("_", " ")} ${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`);
    return item;
  }

  async function show(picture) {
    seen.textContent = "The model is looking at it.";
    try {
      const sent = await smaller(picture);
      const [image, numbers] = await Promise.all([
        ask(sent, "image/png").then(response => response.blob()),
        ask(sent, "application/json").then(response => response.json()),
      ]);
      URL.revokeObjectURL(overlay.src);
      overlay.src = URL.createObjectURL(image);
      const present = numbers.classes.filter(found => found.pixels > 0).sort((one, other) => other.pixels - one.pixels);
      document.getElementById("legend").replaceChildren(...present.map(entry));
      document.getElementById("found").hidden = false;
      seen.textContent = `${present.length} of ${numbers.classes.length} classes found.`;
    } catch (error) {
      seen.textContent = `That did not work: ${error.message}`;
    }
  }

  async function offer() {
    const response = await fetch("v1/models");
    if (!response.ok) {
      return;
    }
    const model = (await response.json()).models.find(model => model.task === "segmentation" && model.version);
    if (model) {
      address = `v1/models/${encodeURIComponent(model.name)}`;
      document.getElementById("model").textContent = model.name;
      document.getElementById("picture").hidden = false;
    }
  }

  file.addEventListener("change", () => file.files.length > 0 && show(file.files[0]));
  for (const event of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(event, moved => {
      moved.preventDefault();
      drop.classList.toggle("over", event === "dragenter" || event === "dragover");
    });
  }
  drop.addEventListener("drop", dropped => dropped.dataTransfer.files.length > 0 && show(dropped.dataTransfer.files[0]));
  offer().catch(() => { });
})();
