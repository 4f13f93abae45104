"use strict";
(function () {
  const form = document.getElementById("filter");
  if (!form) { return; }
  const words = document.getElementById("words");
  const boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
  const articles = Array.from(document.querySelectorAll("article"));
  const groups = Array.from(document.querySelectorAll("section.findings"));
  function apply() {
    const wanted = words.value.toLowerCase();
    const standings = boxes.filter((box) => box.checked).map((box) => box.value);
    articles.forEach((article) => {
      const found = article.textContent.toLowerCase().includes(wanted);
      article.hidden = standings.includes(article.dataset.standing) ? !found : true;
    });
    groups.forEach((group) => { group.hidden = !group.querySelector("article:not([hidden])"); });
    const shown = articles.filter((article) => !article.hidden).length;
    document.getElementById("shown").textContent = shown + " of " + articles.length + " shown";
  }
  form.addEventListener("input", apply);
  form.hidden = false;
  apply();
}());
