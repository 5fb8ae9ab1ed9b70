"""What a resident, a clerk, an operator or the law would notice. `app.factory` joins the features together."""
